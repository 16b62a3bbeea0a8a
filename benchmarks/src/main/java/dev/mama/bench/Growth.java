package dev.mama.bench;

import java.util.List;

/**
 * How fast something grows with a number: a straight line through the logarithms of both, by least
 * squares.
 *
 * <p>Immutable.
 *
 * @param exponent the slope: 0 where it stays, 1 where it grows in proportion
 * @param margin half the width of the slope's 95 % interval by Student's t; infinite for two points
 * @param points how many there are
 */
record Growth(double exponent, double margin, int points) {

  /** One measured point; both are positive. */
  record Point(double x, double y) {}

  /**
   * Fits.
   *
   * @throws IllegalArgumentException if there are fewer than two points, all x are the same, or one
   *     is not positive
   */
  static Growth of(List<Point> points) {
    int n = points.size();
    double meanX = 0;
    double meanY = 0;
    for (Point point : points) {
      if (!(point.x() > 0 && point.y() > 0)) {
        throw new IllegalArgumentException(
            "%s must be positive to have logarithms".formatted(point));
      }
      meanX += Math.log(point.x()) / n;
      meanY += Math.log(point.y()) / n;
    }
    double xx = 0;
    double xy = 0;
    for (Point point : points) {
      double x = Math.log(point.x()) - meanX;
      xx += x * x;
      xy += x * (Math.log(point.y()) - meanY);
    }
    if (n < 2 || xx == 0) {
      throw new IllegalArgumentException(
          "%d points are no line; at least two with different x are needed".formatted(n));
    }
    double slope = xy / xx;
    double residues = 0;
    for (Point point : points) {
      double off = Math.log(point.y()) - meanY - slope * (Math.log(point.x()) - meanX);
      residues += off * off;
    }
    double margin =
        n == 2
            ? Double.POSITIVE_INFINITY
            : PairedSample.t(n - 2) * Math.sqrt(residues / (n - 2) / xx);
    return new Growth(slope, margin, n);
  }

  /** The exponent as a figure, with its interval where there is one. */
  Figure figure(String name) {
    Figure figure = Figure.of(name, exponent, "exponent", points);
    return Double.isInfinite(margin)
        ? figure
        : figure.interval(exponent - margin, exponent + margin);
  }
}
