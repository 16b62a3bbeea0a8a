package dev.mama.marl;

import java.util.List;

/**
 * What a run of a {@link World} came to, over what is measured.
 *
 * <p>Immutable.
 *
 * @param decisions how many
 * @param reward mean reward of a decision
 * @param success share of asks answered in time
 * @param seconds mean time to the answer, or to giving up
 */
public record Outcome(int decisions, double reward, double success, double seconds) {

  static Outcome of(List<Ask> asks) {
    int decisions = 0;
    int asked = 0;
    int answered = 0;
    double reward = 0;
    double seconds = 0;
    for (Ask ask : asks) {
      if (ask.measured()) {
        decisions++;
        reward += ask.reward();
        asked += ask.helper() >= 0 ? 1 : 0;
        answered += ask.answered() ? 1 : 0;
        seconds += ask.took();
      }
    }
    return new Outcome(
        decisions,
        reward / Math.max(1, decisions),
        (double) answered / Math.max(1, asked),
        seconds / Math.max(1, asked));
  }
}
