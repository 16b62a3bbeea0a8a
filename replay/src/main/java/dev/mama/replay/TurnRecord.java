package dev.mama.replay;

import dev.mama.AgentId;
import java.util.List;

/**
 * One turn of one agent, with all that came into it and all that the agent did.
 *
 * <p>Immutable.
 *
 * @param type name of the agent's type
 * @param agent whose turn it was
 * @param step the step, from 1 on, or 0 where the agent does not live in steps
 * @param happenings in order; the messages that arrived come first
 */
public record TurnRecord(String type, AgentId agent, long step, List<Happening> happenings) {

  public TurnRecord {
    happenings = List.copyOf(happenings);
  }

  /** For a person. */
  @Override
  public String toString() {
    return step == 0 ? "'%s'".formatted(agent) : "'%s' in step %d".formatted(agent, step);
  }
}
