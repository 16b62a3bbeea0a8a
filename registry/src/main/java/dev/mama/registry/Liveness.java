package dev.mama.registry;

import java.time.Instant;

/**
 * Whether an agent is there, and since when it has been so.
 *
 * <p>Immutable.
 *
 * @param state what is known
 * @param since when that began, by the wall clock
 */
public record Liveness(State state, Instant since) {

  /** What is known of an agent. */
  public enum State {
    /** It was heard of within the time to live. */
    ALIVE,
    /** It has been silent for longer, or its process was lost; it may come back. */
    SUSPECTED,
    /** It has been silent for so long, or has said that it leaves, that nobody waits for it. */
    GONE
  }
}
