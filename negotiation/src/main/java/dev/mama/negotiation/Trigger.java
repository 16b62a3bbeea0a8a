package dev.mama.negotiation;

/** What moves a negotiation on. */
public enum Trigger {
  /** The demand has its words, and somebody was found to be invited. */
  FORMULATED,
  /** Nobody was found to be invited. */
  NOBODY_FOUND,
  /** The first answer of a round has come. */
  ANSWERED,
  /**
   * Enough valid offers are there: all have answered, or the time of grace or of the round is over.
   */
  QUORUM,
  /** All have answered or the time is over, and there are too few valid offers. */
  NO_QUORUM,
  /** The offers are not good enough yet; those who made them are called again. */
  COUNTERED,
  /** The center wants to know more. */
  ASKED,
  /** What the center asked is answered, or the time for it is over. */
  REPLIED,
  /** What the center said was of no use; it is asked again. */
  UNUSABLE,
  /** There is a plan. */
  PLANNED,
  /** No plan can be made of the offers. */
  NO_PLAN,
  /** All whom the plan names have confirmed, or are bound by their offers. */
  CONFIRMED,
  /** Somebody whom the plan names dropped out; the best of the others takes the share. */
  REPLACED,
  /** Somebody did not confirm, and nobody can take the share. */
  NOT_CONFIRMED,
  /** All shares are performed, or results are not awaited. */
  DONE,
  /** A share was not performed, and nobody can take it over. */
  FAILED,
  /** Whoever opened the negotiation took it back. */
  WITHDRAWN,
  /** The time of the negotiation as a whole is over. */
  OUT_OF_TIME
}
