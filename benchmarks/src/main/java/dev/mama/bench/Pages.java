package dev.mama.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A text for people whose numbers are those of a run. In it {@code {name}} stands for a figure or
 * for a word of the report's head, {@code {name+}} for a figure with its interval, and {@code
 * {name!}} for its goal and whether that was met. What was not measured says so.
 */
public final class Pages {

  private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z0-9.-]+)([+!]?)\\}");

  private Pages() {}

  /**
   * Puts {@code figures} and {@code head} in their places.
   *
   * @param head words by name, such as the machine
   */
  public static String fill(String text, List<Figure> figures, Map<String, String> head) {
    Map<String, Figure> byName =
        figures.stream().collect(Collectors.toMap(Figure::name, Function.identity(), (a, b) -> b));
    return PLACE
        .matcher(text)
        .replaceAll(place -> {
          String word = head.get(place.group(1));
          return Matcher.quoteReplacement(
              word != null ? word : show(byName.get(place.group(1)), place.group(2)));
        });
  }

  private static String show(@Nullable Figure figure, String how) {
    if (figure == null) {
      return "not measured";
    }
    return switch (how) {
      case "+" -> number(figure.value()) + interval(figure.low(), figure.high());
      case "!" -> goal(figure.goal(), Boolean.TRUE.equals(figure.met()));
      default -> number(figure.value());
    };
  }

  private static String interval(@Nullable Double low, @Nullable Double high) {
    return low == null || high == null ? "" : " [%s, %s]".formatted(number(low), number(high));
  }

  private static String goal(@Nullable String goal, boolean met) {
    return goal == null
        ? "no goal"
        : "%s: %s"
            .formatted(
                goal.replace("<=", "≤").replace(">=", "≥").replace("==", "exactly"),
                met ? "met" : "falls short");
  }

  /** With three figures, or all of a whole number. */
  private static String number(double value) {
    double size = Math.abs(value);
    if (value == Math.rint(value) || size >= 1_000) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(
        Locale.ROOT,
        size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f",
        value);
  }
}
