package dev.mama.marl;

import dev.mama.StateShape;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a policy would have earned on decisions that another one made, by importance weights w = how
 * likely it is to choose the same / how likely that was (A. Swaminathan and T. Joachims, 2015).
 *
 * <p>It holds where one decision does not change what the next one meets. A policy that loads
 * agents differently changes that, and then every such estimate is biased: {@code ./mama bench
 * policy} prints by how much.
 *
 * <p>Immutable.
 *
 * @param decisions how many there were
 * @param ips Σ w r / n: unbiased, of high variance
 * @param snips Σ w r / Σ w: self-normalised
 * @param error standard error of {@code snips}
 * @param effective effective sample size, (Σ w)² / Σ w²
 * @param largestWeight the largest w
 */
public record OffPolicyEstimate(
    int decisions, double ips, double snips, double error, double effective, double largestWeight) {

  /** Below this effective sample size there is no verdict. */
  public static final double LEAST_EFFECTIVE = 100;

  /**
   * Estimates what {@code policy} would have earned.
   *
   * @throws IllegalArgumentException if there are no decisions
   */
  public static OffPolicyEstimate of(List<LoggedDecision> decisions, Stochastic policy) {
    if (decisions.isEmpty()) {
      throw new IllegalArgumentException("there are no logged decisions to evaluate on");
    }
    double[] weights = new double[decisions.size()];
    double sum = 0;
    double squares = 0;
    double rewards = 0;
    double largest = 0;
    for (int i = 0; i < weights.length; i++) {
      LoggedDecision decision = decisions.get(i);
      weights[i] = probability(policy, decision) / decision.propensity();
      sum += weights[i];
      squares += weights[i] * weights[i];
      rewards += weights[i] * decision.reward();
      largest = Math.max(largest, weights[i]);
    }
    double snips = sum > 0 ? rewards / sum : 0;
    double variance = 0;
    for (int i = 0; i < weights.length; i++) {
      double part = weights[i] * (decisions.get(i).reward() - snips);
      variance += part * part;
    }
    return new OffPolicyEstimate(
        weights.length,
        rewards / weights.length,
        snips,
        sum > 0 ? Math.sqrt(variance) / sum : 0,
        squares > 0 ? sum * sum / squares : 0,
        largest);
  }

  private static double probability(Stochastic policy, LoggedDecision decision) {
    double[] all = policy.probabilities(decision.state());
    int at = decision.choice() < 0 ? StateShape.CANDIDATES : decision.choice();
    return at < all.length ? all[at] : 0;
  }

  /**
   * The estimate, {@link #snips}; empty where the decisions say too little of this policy: below an
   * effective sample size of {@link #LEAST_EFFECTIVE}.
   */
  public OptionalDouble verdict() {
    return effective >= LEAST_EFFECTIVE ? OptionalDouble.of(snips) : OptionalDouble.empty();
  }
}
