package dev.mama;

import java.util.List;
import java.util.stream.Collectors;

/** An ask of an agent that is itself waiting for the asker: it could never be answered. */
public final class AskCycleException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final transient List<AgentId> path;

  /**
   * @param path who waits for whom, from the first asker to the agent that closes the cycle
   */
  public AskCycleException(List<AgentId> path) {
    super(
        "ask would wait for itself: %s; reply first, or send instead of asking"
            .formatted(path.stream().map(AgentId::value).collect(Collectors.joining(" -> "))),
        null);
    this.path = List.copyOf(path);
  }

  /** Who waits for whom; the last one closes the cycle. */
  public List<AgentId> path() {
    return path;
  }
}
