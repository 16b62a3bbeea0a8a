package dev.mama.marl;

import dev.mama.State;

/**
 * A decision of a run, and what came of it.
 *
 * <p>Immutable.
 *
 * @param state what the policy saw
 * @param choice position of the chosen candidate, -1 for none
 * @param propensity with which it was chosen, in (0, 1]
 * @param reward what came of it
 */
public record LoggedDecision(State state, int choice, double propensity, double reward) {

  /**
   * @throws IllegalArgumentException if the propensity is not in (0, 1], or the reward not finite
   */
  public LoggedDecision {
    if (!(propensity > 0 && propensity <= 1) || !Double.isFinite(reward)) {
      throw new IllegalArgumentException(
          "a logged decision has propensity %s and reward %s; (0, 1] and a finite number are needed"
              .formatted(propensity, reward));
    }
  }
}
