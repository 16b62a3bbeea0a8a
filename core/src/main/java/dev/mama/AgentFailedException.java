package dev.mama;

/**
 * The agent that was asked failed while handling the message, or ended its turn without replying.
 */
public final class AgentFailedException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final transient AgentId agent;

  /**
   * @param agent who was asked
   * @param detail what it said of its failure
   */
  public AgentFailedException(AgentId agent, String detail) {
    super("agent '%s' failed: %s".formatted(agent, detail), null);
    this.agent = agent;
  }

  /** Who was asked. */
  public AgentId agent() {
    return agent;
  }
}
