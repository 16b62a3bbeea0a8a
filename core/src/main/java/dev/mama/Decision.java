package dev.mama;

import java.util.List;
import java.util.OptionalInt;

/**
 * What a policy chose: which candidate, or none.
 *
 * <p>Immutable.
 *
 * @param choice position of the chosen candidate, empty for none
 * @param scores the policy's score of each candidate, in their order; higher is better, scale of
 *     the policy
 * @param propensity probability with which this choice was drawn, in (0, 1]; what off-policy
 *     evaluation needs
 * @param policy name and version of the policy
 */
public record Decision(OptionalInt choice, List<Double> scores, double propensity, String policy) {

  /**
   * @throws IllegalArgumentException if the choice is none of the candidates, or the propensity is
   *     not in (0, 1]
   */
  public Decision {
    scores = List.copyOf(scores);
    if (choice.isPresent() && (choice.getAsInt() < 0 || choice.getAsInt() >= scores.size())) {
      throw new IllegalArgumentException(
          "choice %d is none of %d candidates".formatted(choice.getAsInt(), scores.size()));
    }
    if (!(propensity > 0 && propensity <= 1)) {
      throw new IllegalArgumentException("propensity %s must be in (0, 1]".formatted(propensity));
    }
  }
}
