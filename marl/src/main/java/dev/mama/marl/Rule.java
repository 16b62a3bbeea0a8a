package dev.mama.marl;

import dev.mama.StateShape;
import dev.mama.StateShape.Offset;

/**
 * The rule a learned policy starts from and corrects: the weighted score of {@code
 * dev.mama.runtime.WeightedScorePolicy}, divided by its temperature.
 *
 * <p>Immutable.
 *
 * @param similarity for the cosine of card and need
 * @param trust for the trust in the candidate
 * @param success for its success rate
 * @param response against its response time
 * @param load against its load
 * @param temperature what a lead in score is measured by; positive
 * @param none the score of answering oneself, where the shape allows that
 */
public record Rule(
    double similarity,
    double trust,
    double success,
    double response,
    double load,
    double temperature,
    double none) {

  /**
   * @throws IllegalArgumentException if a number is not finite, or the temperature is not positive
   */
  public Rule {
    for (double number : new double[] {similarity, trust, success, response, load, none}) {
      if (!Double.isFinite(number)) {
        throw new IllegalArgumentException("weight %s of a rule must be finite".formatted(number));
      }
    }
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "temperature %s of a rule must be positive and finite".formatted(temperature));
    }
  }

  /** A rule that never chooses none by itself. */
  public Rule(
      double similarity,
      double trust,
      double success,
      double response,
      double load,
      double temperature) {
    this(similarity, trust, success, response, load, temperature, 0);
  }

  /** This rule with another score of none. */
  Rule none(double other) {
    return new Rule(similarity, trust, success, response, load, temperature, other);
  }

  /** Adds the rule's part of the logits to {@code logits}, which has as many as the shape. */
  void addTo(float[] state, float[] logits) {
    for (int i = 0; i < StateShape.CANDIDATES; i++) {
      logits[i] += (float) (score(state, i) / temperature);
    }
    if (logits.length > StateShape.CANDIDATES) {
      logits[StateShape.CANDIDATES] += (float) (none / temperature);
    }
  }

  /** The score of candidate {@code i}; higher is better. */
  double score(float[] state, int i) {
    int at = StateShape.candidate(i);
    return similarity * state[at + Offset.SIMILARITY]
        + trust * state[at + Offset.TRUST]
        + success * state[at + Offset.SUCCESS_RATE]
        - response * state[at + Offset.RESPONSE_TIME]
        - load * state[at + Offset.LOAD];
  }
}
