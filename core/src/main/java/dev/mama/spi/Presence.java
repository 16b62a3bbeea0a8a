package dev.mama.spi;

import java.util.Set;

/**
 * What a transport knows of a process of the experiment that has announced its groups.
 *
 * <p>Immutable.
 *
 * @param process its name, unique in the experiment; with MQTT its client id
 * @param groups the names of its groups
 * @param state whether it is there
 */
public record Presence(String process, Set<String> groups, State state) {

  /** Whether a process is there. */
  public enum State {
    /** It is connected. */
    HERE,
    /** It has closed its transport. */
    LEFT,
    /** The transport has lost it: it was killed, or its network is gone; it may come back. */
    LOST
  }

  public Presence {
    groups = Set.copyOf(groups);
  }
}
