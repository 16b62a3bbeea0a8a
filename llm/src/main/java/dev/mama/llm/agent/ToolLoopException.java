package dev.mama.llm.agent;

import dev.mama.MamaException;

/** A model went on calling tools after the last round in which it could. */
public final class ToolLoopException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final int rounds;

  ToolLoopException(String agent, int rounds) {
    super(
        "the model of agent '%s' still called tools in the last of %d rounds, where none are on offer; raise rounds, or say in the system prompt when to stop"
            .formatted(agent, rounds),
        null);
    this.rounds = rounds;
  }

  /** How often the model was asked. */
  public int rounds() {
    return rounds;
  }
}
