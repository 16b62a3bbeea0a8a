package dev.mama.bench;

import org.jspecify.annotations.Nullable;

/**
 * One measured number, as it stands in {@code report.json}.
 *
 * <p>Immutable.
 *
 * @param name what was measured, in dotted lower case, for example {@code match.5000.over-encode}
 * @param value the number
 * @param unit its unit: {@code ms}, {@code us}, {@code ratio}, {@code share}, {@code count}, {@code
 *     1/s}, {@code tau} (a rank correlation), {@code steps}, {@code bytes}, {@code s}, {@code
 *     reward}, {@code exponent} (of growth)
 * @param low lower end of the 95 % interval, or null where none was computed
 * @param high upper end of the 95 % interval, or null where none was computed
 * @param samples how many measurements stand behind it
 * @param goal {@code <= x}, {@code >= x} or {@code == x}, or null where there is none
 * @param met whether the value reaches the goal, or null where there is none
 */
public record Figure(
    String name,
    double value,
    String unit,
    @Nullable Double low,
    @Nullable Double high,
    long samples,
    @Nullable String goal,
    @Nullable Boolean met) {

  /** A figure without interval and goal. */
  public static Figure of(String name, double value, String unit, long samples) {
    return new Figure(name, value, unit, null, null, samples, null, null);
  }

  /** The same with a 95 % interval. */
  public Figure interval(double low, double high) {
    return new Figure(name, value, unit, low, high, samples, goal, met);
  }

  /** The same with the goal to stay at or below {@code limit}. */
  public Figure atMost(double limit) {
    return goal("<=", limit, value <= limit);
  }

  /** The same with the goal to reach {@code limit}. */
  public Figure atLeast(double limit) {
    return goal(">=", limit, value >= limit);
  }

  /** The same with the goal to be exactly {@code wanted}. */
  public Figure exactly(double wanted) {
    return goal("==", wanted, value == wanted);
  }

  private Figure goal(String relation, double limit, boolean reached) {
    String number =
        limit == Math.rint(limit) ? Long.toString((long) limit) : Double.toString(limit);
    return new Figure(name, value, unit, low, high, samples, relation + " " + number, reached);
  }
}
