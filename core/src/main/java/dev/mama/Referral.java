package dev.mama;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The answer to a need: who could help, best match first, and whom the policy chose.
 *
 * <p>Immutable.
 *
 * @param need what was needed
 * @param candidates those alive among the best matches, best first; at most five
 * @param state what the policy saw
 * @param decision what it chose
 * @param timings how long each stage took
 */
public record Referral(
    Need need, List<Candidate> candidates, State state, Decision decision, Timings timings) {

  /**
   * How long the stages took: encoding the need, scanning the index, building the state and
   * deciding.
   */
  public record Timings(Duration encode, Duration scan, Duration decide) {}

  public Referral {
    candidates = List.copyOf(candidates);
  }

  /** The chosen agent, empty if the policy chose none or nobody was there. */
  public Optional<AgentId> chosen() {
    return decision.choice().isPresent()
        ? Optional.of(candidates.get(decision.choice().getAsInt()).agent())
        : Optional.empty();
  }
}
