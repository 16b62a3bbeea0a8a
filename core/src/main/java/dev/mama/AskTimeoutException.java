package dev.mama;

import java.time.Duration;

/** No reply came in time; a late one is dropped. */
public final class AskTimeoutException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final transient AgentId agent;

  public AskTimeoutException(AgentId agent, Duration waited) {
    super(
        "agent '%s' did not reply within %s; give it more time or ask another"
            .formatted(agent, waited),
        null);
    this.agent = agent;
  }

  /** Who was asked. */
  public AgentId agent() {
    return agent;
  }
}
