package dev.mama.runtime;

import dev.mama.Decision;
import dev.mama.State;
import dev.mama.StateShape;
import dev.mama.StateShape.Offset;
import dev.mama.spi.Policy;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * Scores each candidate by its similarity, trust, history and load, and draws one by softmax.
 *
 * <p>A candidate of score <i>s</i> is drawn with probability proportional to e<sup>s /
 * temperature</sup>. The draw is what keeps many requesters from all running to the same best peer
 * at once: a rule that always takes the best herds, and can do worse than chance. The load term
 * does the rest.
 *
 * <p>One draw of {@link RandomGenerator#nextDouble} per decision, none where there is no candidate;
 * equal states and equal draws give equal decisions.
 *
 * <p>Immutable, so thread-safe.
 */
public final class WeightedScorePolicy implements Policy {

  /**
   * Temperature of {@link #create()}: a lead of 0.1 in score makes a candidate e times likelier.
   */
  public static final double DEFAULT_TEMPERATURE = 0.1;

  private final Weights weights;
  private final double temperature;
  private final String name;

  private WeightedScorePolicy(Weights weights, double temperature) {
    this.weights = weights;
    this.temperature = temperature;
    this.name =
        "weighted-score/1 (similarity %s, trust %s, success %s, response %s, load %s, temperature %s)"
            .formatted(
                plain(weights.similarity),
                plain(weights.trust),
                plain(weights.success),
                plain(weights.response),
                plain(weights.load),
                plain(temperature));
  }

  /**
   * How much each figure of a candidate counts, all of them in [0, 1] as {@link StateShape} has
   * them. Only their ratio to the temperature matters.
   *
   * <p>Immutable.
   *
   * @param similarity for the cosine of card and need
   * @param trust for the trust in the candidate
   * @param success for its success rate
   * @param response against its response time
   * @param load against its load
   */
  public record Weights(
      double similarity, double trust, double success, double response, double load) {

    /**
     * A lead of 0.1 in cosine counts as much as 0.2 of trust, or as two to three waiting asks.
     *
     * <p>Cosines of needs and fitting cards lie close together, those of the best five within 0.1
     * or 0.2, so similarity needs the largest weight to keep out the neighbouring field; the others
     * then decide among those who fit. In a simulation (25 fields, four agents each; cosines about
     * 0.5 for the right field and 0.4 for a neighbouring one, ± 0.08, assumed, not measured) these
     * did better than chance, than flatter weights and, after some hundred needs, than always
     * taking the most similar one; settings near them were the same within the noise. They are a
     * sound start, not an optimum: tune them on your own agents.
     */
    public static final Weights DEFAULT = new Weights(4, 2, 0.5, 0.5, 1);

    /**
     * @throws IllegalArgumentException if a weight is not in [0, 1,000,000]
     */
    public Weights {
      check("similarity", similarity);
      check("trust", trust);
      check("success", success);
      check("response", response);
      check("load", load);
    }

    private static void check(String name, double weight) {
      if (!(weight >= 0 && weight <= 1_000_000)) {
        throw new IllegalArgumentException(
            "weight of %s is %s; it must be in [0, 1,000,000]".formatted(name, weight));
      }
    }
  }

  /** The policy with {@link Weights#DEFAULT} and {@link #DEFAULT_TEMPERATURE}. */
  public static WeightedScorePolicy create() {
    return create(Weights.DEFAULT, DEFAULT_TEMPERATURE);
  }

  /**
   * A policy.
   *
   * @param temperature how far from the best it strays, in units of the score: near 0 it takes the
   *     best, far above the weights it draws evenly
   * @throws IllegalArgumentException if {@code temperature} is not positive and finite
   */
  public static WeightedScorePolicy create(Weights weights, double temperature) {
    if (!(temperature > 0 && temperature <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "temperature %s must be positive and finite; for almost no chance take 0.001"
              .formatted(temperature));
    }
    return new WeightedScorePolicy(weights, temperature);
  }

  /** Name, version, weights and temperature. */
  @Override
  public String name() {
    return name;
  }

  @Override
  public Decision decide(State state, RandomGenerator random) {
    int candidates = state.candidates();
    if (candidates == 0) {
      return new Decision(OptionalInt.empty(), List.of(), 1, name);
    }
    var scores = new ArrayList<Double>(candidates);
    double best = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < candidates; i++) {
      double score = score(state, StateShape.candidate(i));
      scores.add(score);
      best = Math.max(best, score);
    }
    double[] odds = new double[candidates];
    double sum = 0;
    for (int i = 0; i < candidates; i++) {
      odds[i] = Math.exp((scores.get(i) - best) / temperature);
      sum += odds[i];
    }
    int choice = draw(odds, sum, random);
    return new Decision(OptionalInt.of(choice), scores, odds[choice] / sum, name);
  }

  private double score(State state, int at) {
    return weights.similarity * state.at(at + Offset.SIMILARITY)
        + weights.trust * state.at(at + Offset.TRUST)
        + weights.success * state.at(at + Offset.SUCCESS_RATE)
        - weights.response * state.at(at + Offset.RESPONSE_TIME)
        - weights.load * state.at(at + Offset.LOAD);
  }

  /** Draws by {@code odds}; never an index whose odds are 0. */
  private static int draw(double[] odds, double sum, RandomGenerator random) {
    double left = random.nextDouble() * sum;
    int last = 0;
    for (int i = 0; i < odds.length; i++) {
      if (odds[i] > 0) {
        if (left < odds[i]) {
          return i;
        }
        left -= odds[i];
        last = i;
      }
    }
    return last; // rounding left a crumb
  }

  private static String plain(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
