package dev.mama;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * How good a piece of help was.
 *
 * <p>Immutable.
 *
 * @param quality how competent it was, in [0, 1], higher is better; 0 where there was no answer
 * @param answered whether an answer came in time
 * @param took time from asking to the answer, or to giving up; not negative
 * @param others what is said of the other dimensions, each in [0, 1], higher is better; nothing is
 *     said of those that are missing. Never of {@link Dimension#COMPETENCE}, which is the quality
 */
public record Rating(
    double quality, boolean answered, Duration took, Map<Dimension, Double> others) {

  /**
   * @throws IllegalArgumentException if {@code quality} or what is said of another dimension is not
   *     in [0, 1], {@code took} is negative, or {@code others} speaks of competence
   */
  public Rating {
    share("quality", quality);
    if (took.isNegative()) {
      throw new IllegalArgumentException("time taken %s must not be negative".formatted(took));
    }
    others = Map.copyOf(others);
    others.forEach((dimension, value) -> share(dimension.name(), value));
    if (others.containsKey(Dimension.COMPETENCE)) {
      throw new IllegalArgumentException(
          "competence %s is said twice; say it as the quality"
              .formatted(others.get(Dimension.COMPETENCE)));
    }
  }

  /**
   * A rating of the quality only.
   *
   * @throws IllegalArgumentException as the other constructor
   */
  public Rating(double quality, boolean answered, Duration took) {
    this(quality, answered, took, Map.of());
  }

  /**
   * The same, saying {@code value} of {@code dimension} too.
   *
   * @throws IllegalArgumentException if {@code value} is not in [0, 1] or {@code dimension} is
   *     {@link Dimension#COMPETENCE}
   */
  public Rating with(Dimension dimension, double value) {
    var more = new EnumMap<Dimension, Double>(Dimension.class);
    more.putAll(others);
    more.put(dimension, value);
    return new Rating(quality, answered, took, more);
  }

  private static void share(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("%s %s must be in [0, 1]".formatted(name, value));
    }
  }
}
