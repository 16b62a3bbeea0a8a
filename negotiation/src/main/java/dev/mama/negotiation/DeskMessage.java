package dev.mama.negotiation;

import dev.mama.AgentId;
import org.jspecify.annotations.Nullable;

/**
 * What the negotiator's own parts say to each other.
 *
 * <p>Implementations are immutable.
 */
sealed interface DeskMessage {

  /**
   * To a desk: hold this negotiation.
   *
   * @param depth 0, or 1 for one that another has opened
   * @param parent the desk that has opened it, or null
   * @param totalMillis for the whole, at most what the rules allow
   */
  record Open(
      String conversation, Demand demand, int depth, @Nullable AgentId parent, long totalMillis)
      implements DeskMessage {}

  /** To a desk, from itself: go on with what the phase asks for. */
  record Proceed(String conversation, int visit) implements DeskMessage {}

  /**
   * To a desk, from itself: time is over, of the phase {@code visit}, or of the whole if it is 0.
   */
  record TimeOver(String conversation, int visit) implements DeskMessage {}

  /** To a desk, from itself: the time of grace of the phase {@code visit} is over. */
  record GraceOver(String conversation, int visit) implements DeskMessage {}

  /** To a desk: stop, for {@code reason}. */
  record Withdraw(String conversation, String reason) implements DeskMessage {}

  /** Asks a desk what it has; answered with {@link Status}. */
  record WhatHaveYou() implements DeskMessage {}

  /** The answer; {@code conversation} is empty if it never had anything. */
  record Status(
      String conversation,
      Phase phase,
      @Nullable Plan plan,
      Docket.@Nullable Ending ending,
      boolean concluded)
      implements DeskMessage {}

  /** From a desk: it is over, rated and told to all. */
  record Concluded(
      String conversation, Phase phase, @Nullable Plan plan, Docket.@Nullable Ending ending)
      implements DeskMessage {}
}
