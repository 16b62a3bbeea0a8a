package dev.mama.negotiation;

import dev.mama.AgentId;
import java.util.List;
import java.util.Optional;

/**
 * Who does what for a demand.
 *
 * <p>Immutable.
 *
 * @param summary the plan in words
 * @param shares who does what; at least one, each agent once
 * @param by who made it: {@code model}, or {@code ranking}
 */
public record Plan(String summary, List<Share> shares, String by) {

  /** What a model has made. */
  static final String MODEL = "model";

  /** What price, quality and trust have made. */
  static final String RANKING = "ranking";

  /**
   * What one agent does.
   *
   * @param task in words
   */
  public record Share(AgentId agent, String task) {}

  public Plan {
    shares = List.copyOf(shares);
  }

  /** Who takes part. */
  public List<AgentId> agents() {
    return shares.stream().map(Share::agent).toList();
  }

  /** The share of {@code agent}, empty if the plan does not name it. */
  public Optional<Share> share(AgentId agent) {
    return shares.stream().filter(share -> share.agent().equals(agent)).findFirst();
  }

  /** The same plan, with {@code other} in the place of {@code agent}. */
  Plan replace(AgentId agent, AgentId other) {
    return new Plan(
        summary,
        shares.stream()
            .map(share -> share.agent().equals(agent) ? new Share(other, share.task()) : share)
            .toList(),
        by);
  }
}
