package dev.mama.negotiation;

/**
 * How a negotiation ended. Whoever offered and has no share has been rejected or released.
 *
 * <p>Implementations are immutable.
 */
public sealed interface Outcome {

  /** All shares of {@code plan} are taken, and performed where that was awaited. */
  record Awarded(Plan plan) implements Outcome {}

  /**
   * Nothing was agreed.
   *
   * @param detail the reason in words
   */
  record NoAgreement(Reason reason, String detail) implements Outcome {}

  /** Whoever opened it took it back, for {@code detail}. */
  record Cancelled(String detail) implements Outcome {}

  /** The time as a whole ran out while it stood at {@code at}. */
  record Expired(Phase at) implements Outcome {}

  /** Why there is no agreement. */
  enum Reason {
    /** Nobody who is alive was found for the demand. */
    NOBODY_FOUND,
    /** Finding somebody failed. */
    DISCOVERY_FAILED,
    /** Too few valid offers came in time. */
    NO_QUORUM,
    /** The offers cost more than the demand allows, in the last round too. */
    OVER_BUDGET,
    /** The center saw no plan in the offers. */
    NO_PLAN,
    /** Somebody declined its share, and nobody could take it. */
    DECLINED,
    /** Somebody did not say in time whether it takes its share; all were released. */
    NOT_CONFIRMED,
    /** A share was not performed, and nobody could take it over. */
    NOT_PERFORMED
  }
}
