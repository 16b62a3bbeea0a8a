package dev.mama.negotiation;

import dev.mama.AgentContext;
import dev.mama.negotiation.Performative.CallForProposals;

/**
 * What a {@link Participant} does; user code. Each method runs within a turn of the participant's,
 * and may wait there. What it throws becomes the refusal that fits: of the call, the question, the
 * share or its performance.
 */
@FunctionalInterface
public interface Bidder {

  /**
   * Answers {@code call} within the time it says. A later round's call replaces the one before and
   * the offer made to it.
   */
  Bid bid(CallForProposals call, AgentContext context) throws Exception;

  /** Answers a question about an offer that was made. By default it has nothing to add. */
  default String answer(String question, AgentContext context) throws Exception {
    return "nothing to add";
  }

  /** Whether it takes {@code share} of {@code plan}; by default it does, for it has offered. */
  default boolean takes(String plan, String share, AgentContext context) throws Exception {
    return true;
  }

  /**
   * Performs {@code share}, which is its own now; what it throws is reported as a failure.
   *
   * @return the result, in words
   */
  default String perform(String share, AgentContext context) throws Exception {
    return "done";
  }

  /** Its offer was rejected, or what was agreed is off: it is bound no more. */
  default void released(String conversation, String reason, AgentContext context)
      throws Exception {}
}
