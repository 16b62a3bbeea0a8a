package dev.mama;

/** No agent of that id is there. */
public final class UnknownAgentException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final transient AgentId agent;

  public UnknownAgentException(AgentId agent) {
    super("no agent '%s' is there; start it, or check the id".formatted(agent), null);
    this.agent = agent;
  }

  /** The id that was not found. */
  public AgentId agent() {
    return agent;
  }
}
