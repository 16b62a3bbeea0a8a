package dev.mama.cli.compare;

import dev.mama.bench.Figure;
import java.util.Locale;

/** How figures are written for a person. */
final class Numbers {

  private Numbers() {}

  /** With as many digits as make sense: three, or all of a whole number. */
  static String text(double value) {
    double size = Math.abs(value);
    if (size >= 1_000 || value == Math.rint(value)) {
      return text(value, 0);
    }
    if (size < 0.0001) {
      return String.format(Locale.ROOT, "%.2g", value);
    }
    return text(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4);
  }

  static String text(double value, int decimals) {
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  /** With its 95 % interval, where there is one, and its unit, where that says something. */
  static String text(Figure figure) {
    return text(figure.value()) + interval(figure) + unit(figure);
  }

  private static String interval(Figure figure) {
    Double low = figure.low();
    Double high = figure.high();
    return low == null || high == null ? "" : " [%s, %s]".formatted(text(low), text(high));
  }

  private static String unit(Figure figure) {
    return switch (figure.unit()) {
      case "ratio", "share", "count", "tau", "reward", "exponent" -> "";
      case "us" -> " µs";
      case "1/s" -> " /s";
      default -> " " + figure.unit();
    };
  }
}
