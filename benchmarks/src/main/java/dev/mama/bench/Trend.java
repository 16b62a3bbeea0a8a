package dev.mama.bench;

import java.util.List;

/**
 * The straight line that lies closest to measurements, with the 95 % interval of its slope.
 *
 * <p>Neighbouring measurements of one process are alike, so there are fewer independent ones than
 * there are: how many follows from the correlation of the line's errors with their neighbours, and
 * the interval widens accordingly (Santer et al., Statistical significance of trends and trend
 * differences in layer-average atmospheric temperature time series, J. Geophys. Res. 105, 2000).
 *
 * <p>Immutable.
 *
 * @param slope change of the measurement with each 1 of the place
 * @param low lower end of the slope's 95 % interval
 * @param high upper end
 * @param mean of the measurements
 * @param samples how many there are
 */
public record Trend(double slope, double low, double high, double mean, int samples) {

  private static final double Z = 1.96;

  /**
   * The line through {@code values}, each measured at the same distance of {@code step} from the
   * one before.
   *
   * @throws IllegalArgumentException if there are fewer than three
   */
  public static Trend of(List<Double> values, double step) {
    double[] places = new double[values.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = i * step;
    }
    return of(places, values.stream().mapToDouble(v -> v).toArray());
  }

  /**
   * The line through {@code values}, measured at {@code places}.
   *
   * @throws IllegalArgumentException if there are fewer than three, not as many of both, or all
   *     places are one
   */
  public static Trend of(double[] places, double[] values) {
    int n = values.length;
    if (n < 3 || places.length != n) {
      throw new IllegalArgumentException(
          "a trend needs at least 3 measurements, each with its place; there are %d at %d places"
              .formatted(n, places.length));
    }
    double meanX = mean(places);
    double meanY = mean(values);
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < n; i++) {
      xx += (places[i] - meanX) * (places[i] - meanX);
      xy += (places[i] - meanX) * (values[i] - meanY);
    }
    if (xx == 0) {
      throw new IllegalArgumentException("all %d measurements are of one place".formatted(n));
    }
    double slope = xy / xx;
    double squares = 0;
    double beside = 0;
    double before = 0;
    for (int i = 0; i < n; i++) {
      double error = values[i] - meanY - slope * (places[i] - meanX);
      squares += error * error;
      beside += error * before;
      before = error;
    }
    double alike = squares == 0 ? 0 : Math.clamp(beside / squares, 0, 0.99);
    double independent = Math.max(3, n * (1 - alike) / (1 + alike));
    double margin = student(independent - 2) * Math.sqrt(squares / (independent - 2) / xx);
    return new Trend(slope, slope - margin, slope + margin, meanY, n);
  }

  /** The slope as a figure, with its interval. */
  public Figure figure(String name, String unit) {
    return Figure.of(name, slope, unit, samples).interval(low, high);
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /**
   * The two-sided 95 % point of Student's distribution, by the first terms of its expansion
   * (Abramowitz and Stegun, 26.7.5); a tenth too small at 2 degrees of freedom, right to 1 % from 5
   * on.
   */
  private static double student(double degrees) {
    double first = (Math.pow(Z, 3) + Z) / 4;
    double second = (5 * Math.pow(Z, 5) + 16 * Math.pow(Z, 3) + 3 * Z) / 96;
    return Z + first / degrees + second / (degrees * degrees);
  }
}
