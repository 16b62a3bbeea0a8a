package dev.mama.runtime;

import dev.mama.AgentId;

/**
 * How much is being asked at this moment: the figures that a process knows at first hand.
 *
 * <p>Implementations are thread-safe.
 */
public interface Load {

  /** No load, for those who have none to tell. */
  Load NONE =
      new Load() {
        @Override
        public int of(AgentId agent) {
          return 0;
        }

        @Override
        public int total() {
          return 0;
        }
      };

  /** Asks that {@code agent} has not answered yet. */
  int of(AgentId agent);

  /** Asks that nobody has answered yet. */
  int total();
}
