package dev.mama.registry;

import dev.mama.Dimension;
import dev.mama.Rating;
import dev.mama.Standing;
import java.time.Duration;
import java.util.EnumMap;
import org.jspecify.annotations.Nullable;

/**
 * What a ledger keeps of one agent, as a subject and as a rater: a handful of sums, each weighed as
 * of the latest entry in it. Times are seconds from the ledger's origin.
 *
 * <p>Thread-safe.
 */
final class Account {

  // Places in the sums about a subject.
  private static final int WEIGHT = 0;
  private static final int WORTH = 1;
  private static final int SEEN = 2;
  private static final int ANSWERED = 3;
  private static final int MILLIS = 4;
  private static final int SUMS = 5;

  private static final double PRIOR_WEIGHT = 2;
  private static final double BASE_RATE = 0.5;

  /** Standard normal quantile of 95 %: the lower end of a two-sided 90 % interval. */
  private static final double Z = 1.6448536269514722;

  /** Of an agent that nothing is known of. */
  static final Standing UNKNOWN = estimate(new double[SUMS], 1);

  private final double[] sums = new double[SUMS];

  /** Weight and worth by dimension; null while only competence is spoken of, which is all then. */
  private @Nullable EnumMap<Dimension, double[]> dimensions;

  private double asOf = Double.NEGATIVE_INFINITY;

  private double agreed;
  private double disagreed;
  private double checkedAsOf = Double.NEGATIVE_INFINITY;

  /** Adds a rating of this agent that counts {@code weight}. */
  synchronized void add(Rating rating, double weight, double at, Halving halving, Weights weights) {
    double counts = weight * weighAsOf(at, halving);
    if (dimensions != null || !rating.others().isEmpty()) {
      addDimension(Dimension.COMPETENCE, rating.quality(), counts);
      rating.others().forEach((dimension, value) -> addDimension(dimension, value, counts));
    }
    sums[WEIGHT] += counts;
    sums[WORTH] += counts * weights.worth(rating);
    addAnswer(rating.answered(), rating.took(), counts);
  }

  /** Adds an interaction seen by the runtime. */
  synchronized void addWitnessed(boolean answered, Duration took, double at, Halving halving) {
    double counts = weighAsOf(at, halving);
    addDimension(Dimension.RELIABILITY, answered ? 1 : 0, counts);
    addAnswer(answered, took, counts);
    if (!answered) {
      sums[WEIGHT] += counts;
    }
  }

  /** Adds a check of this agent's word. */
  synchronized void addCheck(double agreement, double weight, double at, Halving halving) {
    if (at > checkedAsOf) {
      double kept = halving.kept(at - checkedAsOf);
      agreed *= kept;
      disagreed *= kept;
      checkedAsOf = at;
    }
    double counts = weight * halving.kept(checkedAsOf - at);
    agreed += counts * agreement;
    disagreed += counts * (1 - agreement);
  }

  synchronized Standing standing(double now, Halving halving) {
    return estimate(sums, halving.kept(now - asOf));
  }

  synchronized double trust(Dimension dimension, double now, Halving halving) {
    double kept = halving.kept(now - asOf);
    if (dimensions == null) {
      return dimension == Dimension.COMPETENCE
          ? mean(sums[WORTH] * kept, sums[WEIGHT] * kept)
          : BASE_RATE;
    }
    double[] said = dimensions.get(dimension);
    return said == null ? BASE_RATE : mean(said[WORTH] * kept, said[WEIGHT] * kept);
  }

  /** Expected agreement of this agent's word with what is found, in [0, 1]. */
  synchronized double credibility(double now, Halving halving) {
    double kept = halving.kept(now - checkedAsOf);
    return mean(agreed * kept, (agreed + disagreed) * kept);
  }

  /** Moves all sums on to {@code at}; the share that evidence of that time still weighs. */
  private double weighAsOf(double at, Halving halving) {
    if (at > asOf) {
      double kept = halving.kept(at - asOf);
      scale(sums, kept);
      if (dimensions != null) {
        dimensions.values().forEach(said -> scale(said, kept));
      }
      asOf = at;
    }
    return halving.kept(asOf - at);
  }

  private static void scale(double[] sums, double factor) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] *= factor;
    }
  }

  private void addAnswer(boolean answered, Duration took, double counts) {
    sums[SEEN] += counts;
    if (answered) {
      sums[ANSWERED] += counts;
      sums[MILLIS] += counts * Halving.seconds(took) * 1_000;
    }
  }

  /** Called before the sums take the same evidence in. */
  private void addDimension(Dimension dimension, double value, double counts) {
    if (dimensions == null) {
      dimensions = new EnumMap<>(Dimension.class);
      dimensions.put(Dimension.COMPETENCE, new double[] {sums[WEIGHT], sums[WORTH]});
    }
    double[] said = dimensions.computeIfAbsent(dimension, unsaid -> new double[2]);
    said[WEIGHT] += counts;
    said[WORTH] += counts * value;
  }

  private static double mean(double sum, double weight) {
    return (sum + BASE_RATE * PRIOR_WEIGHT) / (weight + PRIOR_WEIGHT);
  }

  private static Standing estimate(double[] sums, double kept) {
    double weight = sums[WEIGHT] * kept;
    double worth = sums[WORTH] * kept;
    double seen = sums[SEEN] * kept;
    double answered = sums[ANSWERED] * kept;
    double alpha = worth + BASE_RATE * PRIOR_WEIGHT;
    double beta = weight - worth + (1 - BASE_RATE) * PRIOR_WEIGHT;
    double total = alpha + beta;
    double trust = alpha / total;
    double deviation = Math.sqrt(alpha * beta / (total + 1)) / total;
    return new Standing(
        trust,
        weight,
        Math.max(0, trust - Z * deviation),
        mean(answered, seen),
        (sums[MILLIS] * kept + Standing.UNKNOWN_RESPONSE_MILLIS * PRIOR_WEIGHT)
            / (answered + PRIOR_WEIGHT));
  }
}
