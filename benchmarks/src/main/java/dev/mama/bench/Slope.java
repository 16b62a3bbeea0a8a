package dev.mama.bench;

import java.util.List;

/** The straight line closest to measurements at equal distances: whether something grows. */
final class Slope {

  private static final int FEWEST = 3;

  private Slope() {}

  /**
   * The growth per unit by least squares, with its 95 % interval by Student's t, which takes the
   * errors as independent.
   *
   * @param values at least three
   * @param step how many units lie between two of them
   */
  static Figure of(String name, List<Double> values, double step, String unit) {
    int n = values.size();
    if (n < FEWEST) {
      throw new IllegalArgumentException(
          "'%s' has %d values; a slope with an interval takes %d".formatted(name, n, FEWEST));
    }
    double meanX = (n - 1) / 2.0;
    double meanY = values.stream().mapToDouble(y -> y).average().orElseThrow();
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < n; i++) {
      xx += (i - meanX) * (i - meanX);
      xy += (i - meanX) * (values.get(i) - meanY);
    }
    double slope = xy / xx;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double error = values.get(i) - meanY - slope * (i - meanX);
      squares += error * error;
    }
    double margin = PairedSample.student(n - 2) * Math.sqrt(squares / (n - 2) / xx);
    return Figure.of(name, slope / step, unit, n)
        .interval((slope - margin) / step, (slope + margin) / step);
  }
}
