package dev.mama.negotiation;

import dev.mama.AgentId;
import org.jspecify.annotations.Nullable;

/**
 * One participant's place in a negotiation, as the initiator knows it.
 *
 * <p>Immutable.
 *
 * @param similarity cosine of its card with the demand; 0 where it was not found but named
 * @param round of the latest call it was sent
 * @param offer its latest valid offer, or null
 * @param tookMillis from the call to its answer; 0 before
 * @param validUntilMillis until when its offer binds it, on the initiator's clock
 * @param reason why it stands as it does, where that is bad news
 */
record Seat(
    AgentId agent,
    double similarity,
    int round,
    Stand stand,
    @Nullable Offer offer,
    long tookMillis,
    long validUntilMillis,
    String reason) {

  /** How a participant stands. */
  enum Stand {
    /** It was called and has not answered. */
    CALLED,
    OFFERED,
    /** It did not answer in time, or cannot be reached. */
    SILENT,
    /** It makes no offer, or its offer has no ground. */
    OUT,
    /** The plan names it, and it was asked whether it takes its share. */
    QUERIED,
    CONFIRMED,
    /** Its offer was accepted: the share is its own. */
    ACCEPTED,
    PERFORMED,
    /** It offered and then declined, kept silent or failed. */
    FAILED,
    /** It was rejected or released. */
    REJECTED
  }

  static Seat called(AgentId agent, double similarity) {
    return new Seat(agent, similarity, 1, Stand.CALLED, null, 0, 0, "");
  }

  Seat stand(Stand other, String why) {
    return new Seat(agent, similarity, round, other, offer, tookMillis, validUntilMillis, why);
  }

  Seat calledAgain(int inRound) {
    return new Seat(agent, similarity, inRound, Stand.CALLED, null, 0, 0, "");
  }

  Seat offered(Offer its, long took, long validUntil) {
    return new Seat(agent, similarity, round, Stand.OFFERED, its, took, validUntil, "");
  }

  /** Whether its offer still binds it at {@code nowMillis}. */
  boolean binds(long nowMillis) {
    return offer != null && validUntilMillis >= nowMillis;
  }

  /** Whether the negotiator waits for something from it. */
  boolean owesWord() {
    return switch (stand) {
      case CALLED, QUERIED, ACCEPTED -> true;
      case OFFERED, CONFIRMED, SILENT, OUT, PERFORMED, FAILED, REJECTED -> false;
    };
  }

  /** Whether the negotiator owes it a word when all is over. */
  boolean awaitsWord() {
    return switch (stand) {
      case CALLED, OFFERED, QUERIED, CONFIRMED, ACCEPTED -> true;
      case SILENT, OUT, PERFORMED, FAILED, REJECTED -> false;
    };
  }
}
