package dev.mama.mqtt;

import java.util.Set;

/**
 * What is known of another process of the experiment.
 *
 * <p>Immutable.
 *
 * @param client its client id
 * @param groups the names of its groups
 * @param state whether it is there
 */
public record Presence(String client, Set<String> groups, State state) {

  /** Whether a process is there. */
  public enum State {
    /** It is connected. */
    HERE,
    /** It has closed its transport. */
    LEFT,
    /** The broker has lost it: it was killed, or its network is gone; it may come back. */
    LOST
  }

  public Presence {
    groups = Set.copyOf(groups);
  }
}
