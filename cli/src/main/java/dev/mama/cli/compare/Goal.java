package dev.mama.cli.compare;

import dev.mama.bench.Figure;
import dev.mama.cli.compare.KeptReports.Found;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number that is to be reached.
 *
 * <p>Immutable.
 *
 * @param question what is asked
 * @param elsewhere what others reach, as they say
 * @param figure the name of the figure that answers
 * @param relation {@code <=}, {@code >=}, {@code >} or {@code ==}
 */
record Goal(String question, String elsewhere, String figure, String relation, double limit) {

  private static final Pattern FORM = Pattern.compile("(<=|>=|>|==) (\\S+)");

  /** The goals of the design, in its order. */
  static List<Goal> all() {
    return Table.of("goals.csv").stream()
        .map(row -> of(row.get(0), row.get(1), row.get(2), row.get(3)))
        .toList();
  }

  private static Goal of(String question, String elsewhere, String figure, String goal) {
    Matcher form = FORM.matcher(goal);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "goal '%s' of %s must be like '<= 1.1'".formatted(goal, figure));
    }
    return new Goal(question, elsewhere, figure, form.group(1), Double.parseDouble(form.group(2)));
  }

  /** The goal that a bench gave {@code figure} itself. */
  static Optional<Goal> ofItself(Figure figure) {
    String goal = figure.goal();
    return goal == null ? Optional.empty() : Optional.of(of("", "", figure.name(), goal));
  }

  /** What it asks for, for example {@code ≤ 1.1}. */
  String text() {
    return relation.replace("<=", "≤").replace(">=", "≥").replace("==", "=")
        + " "
        + (limit == Math.rint(limit) ? Numbers.text(limit) : Double.toString(limit));
  }

  /** Whether {@code value} reaches it. */
  boolean isMetBy(double value) {
    return switch (relation) {
      case "<=" -> value <= limit;
      case ">=" -> value >= limit;
      case ">" -> value > limit;
      default -> value == limit;
    };
  }

  /** {@code met} or {@code falls short}; of no figure {@code not measured}. */
  String verdict(Optional<Found> found) {
    return found
        .map(it -> isMetBy(it.figure().value()) ? "met" : "**falls short**")
        .orElse("not measured");
  }
}
