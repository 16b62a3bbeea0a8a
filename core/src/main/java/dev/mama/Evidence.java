package dev.mama;

import java.time.Instant;

/**
 * One rated interaction: the only thing that moves trust.
 *
 * <p>Immutable.
 *
 * @param rater who asked and rated
 * @param subject who was asked
 * @param rating how good the help was
 * @param at when it was rated
 * @param trace the interaction's trace
 */
public record Evidence(AgentId rater, AgentId subject, Rating rating, Instant at, Trace trace) {

  /**
   * @throws IllegalArgumentException if an agent rates itself
   */
  public Evidence {
    if (rater.equals(subject)) {
      throw new IllegalArgumentException("agent '%s' must not rate itself".formatted(rater));
    }
  }
}
