package dev.mama.registry;

import dev.mama.Dimension;
import dev.mama.Rating;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * How much each dimension weighs where several are spoken of.
 *
 * <p>Immutable.
 */
final class Weights {

  /** Those of the MAMA report, as the README of the published MAMA_Project gives them. */
  static final Weights REPORT =
      of(
          Map.of(
              Dimension.RELIABILITY, 0.25,
              Dimension.COMPETENCE, 0.25,
              Dimension.FAIRNESS, 0.15,
              Dimension.SECURITY, 0.15,
              Dimension.TRANSPARENCY, 0.2));

  private final EnumMap<Dimension, Double> weights = new EnumMap<>(Dimension.class);

  private Weights(ToDoubleFunction<Dimension> given) {
    for (Dimension dimension : Dimension.values()) {
      weights.put(dimension, given.applyAsDouble(dimension));
    }
  }

  /**
   * The weights {@code given}; those that are missing are 0.
   *
   * @throws IllegalArgumentException if one is not finite or is negative, or that of competence is
   *     0
   */
  static Weights of(Map<Dimension, Double> given) {
    var checked = new Weights(dimension -> given.getOrDefault(dimension, 0.0));
    checked.weights.forEach((dimension, weight) -> {
      boolean needed = dimension == Dimension.COMPETENCE;
      if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY) || (needed && weight == 0)) {
        throw new IllegalArgumentException(
            "weight %s of %s must be finite and %s"
                .formatted(weight, dimension, needed ? "more than 0" : "not negative"));
      }
    });
    return checked;
  }

  Map<Dimension, Double> asMap() {
    return Map.copyOf(weights);
  }

  /** What a rating comes to: the weighted mean of the dimensions it speaks of. */
  double worth(Rating rating) {
    if (rating.others().isEmpty()) {
      return rating.quality();
    }
    double weight = of(Dimension.COMPETENCE);
    double worth = weight * rating.quality();
    for (Dimension dimension : weights.keySet()) {
      Double value = rating.others().get(dimension);
      if (value != null) {
        worth += of(dimension) * value;
        weight += of(dimension);
      }
    }
    return worth / weight;
  }

  /** 1 − the weighted mean difference over the dimensions that both speak of. */
  double agreement(Rating said, Rating found) {
    double difference = Math.abs(said.quality() - found.quality());
    if (said.others().isEmpty() || found.others().isEmpty()) {
      return 1 - difference;
    }
    double weight = of(Dimension.COMPETENCE);
    double sum = weight * difference;
    for (Dimension dimension : weights.keySet()) {
      Double one = said.others().get(dimension);
      Double other = found.others().get(dimension);
      if (one != null && other != null) {
        sum += of(dimension) * Math.abs(one - other);
        weight += of(dimension);
      }
    }
    return 1 - sum / weight;
  }

  private double of(Dimension dimension) {
    return weights.getOrDefault(dimension, 0.0);
  }
}
