package dev.mama.bench;

/** Means of a value per seed, with their 95 % intervals by Student's t. */
final class PairedSample {

  /** Student's t of 97.5 % by degrees of freedom, from 1 on. */
  private static final double[] T = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042
  };

  private PairedSample() {}

  /** One minus the other, seed by seed. */
  static double[] differences(double[] one, double[] other) {
    if (one.length != other.length) {
      throw new IllegalArgumentException(
          "%d values against %d; they must be paired".formatted(one.length, other.length));
    }
    double[] differences = new double[one.length];
    for (int i = 0; i < one.length; i++) {
      differences[i] = one[i] - other[i];
    }
    return differences;
  }

  /** The mean, with its interval where there are two values or more. */
  static Figure mean(String name, String unit, double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    int n = values.length;
    double mean = sum / n;
    Figure figure = Figure.of(name, mean, unit, n);
    if (n < 2) {
      return figure;
    }
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    double margin = t(n - 1) * Math.sqrt(squares / (n - 1) / n);
    return figure.interval(mean - margin, mean + margin);
  }

  /** Student's t of 97.5 %, for one degree of freedom or more. */
  static double t(int degrees) {
    return degrees <= T.length ? T[degrees - 1] : 1.96 + 2.4 / degrees;
  }
}
