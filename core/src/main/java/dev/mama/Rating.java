package dev.mama;

import java.time.Duration;

/**
 * How good a piece of help was.
 *
 * <p>Immutable.
 *
 * @param quality in [0, 1], higher is better; 0 where there was no answer
 * @param answered whether an answer came in time
 * @param took time from asking to the answer, or to giving up; not negative
 */
public record Rating(double quality, boolean answered, Duration took) {

  /**
   * @throws IllegalArgumentException if {@code quality} is not in [0, 1] or {@code took} is
   *     negative
   */
  public Rating {
    if (!(quality >= 0 && quality <= 1)) {
      throw new IllegalArgumentException("quality %s must be in [0, 1]".formatted(quality));
    }
    if (took.isNegative()) {
      throw new IllegalArgumentException("time taken %s must not be negative".formatted(took));
    }
  }
}
