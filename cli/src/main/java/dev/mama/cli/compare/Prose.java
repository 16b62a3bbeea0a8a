package dev.mama.cli.compare;

import dev.mama.bench.Bench;
import dev.mama.bench.Figure;
import dev.mama.cli.compare.KeptReports.Found;
import dev.mama.examples.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prose with places for figures, filled from reports.
 *
 * <p>A place is <code>{{figure}}</code>, <code>{{report:figure}}</code> or <code>{{one / other}}
 * </code>, with what to do to it behind bars: a number of decimals, {@code /x} or {@code *x} to
 * scale, {@code i} for the 95 % interval, {@code goal} for the goal and whether it is met. A line
 * is a sentence: it is left out where one of its figures has not been measured, or its picture is
 * not there. In a row of a table the cell says so. A line that is <code>{{!name …}}</code> is a
 * part of its own: {@code head}, {@code goals}, {@code further-goals}, {@code comparisons}, {@code
 * sources}, {@code page}.
 *
 * <p>Not thread-safe.
 */
final class Prose {

  private static final Pattern PLACE = Pattern.compile("\\{\\{([^{}]+)}}");
  private static final Pattern PART = Pattern.compile("\\{\\{!([a-z-]+)((?: [\\w-]+)*)}}");
  private static final Pattern PICTURE = Pattern.compile("!\\[[^]]*]\\(([^)]+)\\)");
  private static final Pattern BAR = Pattern.compile("|", Pattern.LITERAL);
  private static final Pattern SPACE = Pattern.compile(" ", Pattern.LITERAL);
  private static final Pattern SLASH = Pattern.compile(" / ", Pattern.LITERAL);

  private final KeptReports reports;
  private final Path folder;
  private final List<String> leftOut = new ArrayList<>();

  /**
   * @param folder where the pictures are looked for
   */
  Prose(KeptReports reports, Path folder) {
    this.reports = reports;
    this.folder = folder;
  }

  /** What was left out, and for want of what. */
  List<String> leftOut() {
    return leftOut;
  }

  /**
   * Fills {@code text}.
   *
   * @param name of the text, for errors
   * @throws InputException if a place is not understood
   */
  String fill(String name, String text) {
    var filled = new StringBuilder();
    int number = 0;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      number++;
      String where = "%s, line %d".formatted(name, number);
      line(where, line).ifPresent(it -> filled.append(it).append('\n'));
    }
    return filled.toString();
  }

  private Optional<String> line(String where, String line) {
    Matcher part = PART.matcher(line);
    if (part.matches()) {
      return Optional.of(part(where, part.group(1), part.group(2).strip()));
    }
    Matcher picture = PICTURE.matcher(line);
    if (picture.lookingAt() && !Files.exists(folder.resolve(picture.group(1)))) {
      leftOut.add("%s: there is no %s".formatted(where, picture.group(1)));
      return Optional.empty();
    }
    var missing = new ArrayList<String>();
    String filled =
        PLACE
            .matcher(line)
            .replaceAll(place ->
                Matcher.quoteReplacement(
                    value(where, place)
                        .orElseGet(() -> {
                          missing.add(place.group(1));
                          return "not measured";
                        })));
    if (missing.isEmpty()) {
      return Optional.of(filled);
    }
    leftOut.add("%s: no figure for %s".formatted(where, missing));
    return line.startsWith("|") ? Optional.of(filled) : Optional.empty();
  }

  private String part(String where, String name, String of) {
    return switch (name) {
      case "goals" -> Page.goals(reports);
      case "further-goals" -> Page.furtherGoals(reports);
      case "comparisons" -> Page.comparisons(reports);
      case "sources" -> Page.sources(reports);
      case "head" -> head(of);
      case "page" -> page(where, of);
      default ->
          throw new InputException(
              "%s: part '%s' is unknown; known are goals, further-goals, comparisons, sources, head, page"
                  .formatted(where, name));
    };
  }

  /** How the reports {@code of} were made. */
  private String head(String of) {
    var heads = new ArrayList<String>();
    for (String name : (Iterable<String>) SPACE.splitAsStream(of)::iterator) {
      heads.add(
          reports
              .report(name)
              .map(report ->
                  "- `%s`: `./mama %s`, commit %s, JDK %s, %s, %s; %s."
                      .formatted(
                          name,
                          report.command(),
                          report.commit(),
                          report.jdk(),
                          report.machine(),
                          report.startedAt().replaceFirst("T.*", ""),
                          report.noisy()
                              ? "**noisy**, others were busy on the same cores"
                              : "quiet"))
              .orElse("- `%s` has **not been measured** here.".formatted(name)));
    }
    return String.join("\n", heads) + "\n";
  }

  /** What the bench itself makes of its figures. */
  private String page(String where, String of) {
    Bench bench =
        Bench.all().stream()
            .filter(it -> it.name().equals(of))
            .findFirst()
            .orElseThrow(
                () -> new InputException("%s: there is no bench '%s'".formatted(where, of)));
    return reports
        .report(of)
        .map(report -> bench.page(report.figures()).replace("\n## ", "\n### "))
        .orElse("");
  }

  private Optional<String> value(String where, MatchResult place) {
    List<String> words = BAR.splitAsStream(place.group(1)).map(String::strip).toList();
    Optional<Figure> figure = figure(words.getFirst());
    if (figure.isEmpty()) {
      return Optional.empty();
    }
    var form = new Form(figure.get());
    for (String word : words.subList(1, words.size())) {
      form.apply(where, word);
    }
    return Optional.of(form.text());
  }

  private Optional<Figure> figure(String words) {
    List<String> names = SLASH.splitAsStream(words).toList();
    Optional<Figure> one = reports.figure(names.getFirst()).map(Found::figure);
    if (names.size() == 1) {
      return one;
    }
    Optional<Figure> other = reports.figure(names.get(1)).map(Found::figure);
    return one.isPresent() && other.isPresent()
        ? Optional.of(
            Figure.of(words, one.get().value() / other.get().value(), "ratio", one.get().samples()))
        : Optional.empty();
  }

  /** How one figure is to be written. */
  private static final class Form {
    private final Figure figure;
    private double scale = 1;
    private int decimals = -1;
    private boolean interval;
    private boolean goal;

    Form(Figure figure) {
      this.figure = figure;
    }

    void apply(String where, String word) {
      try {
        if (word.equals("i")) {
          interval = true;
        } else if (word.equals("goal")) {
          goal = true;
        } else if (word.startsWith("/")) {
          scale /= Double.parseDouble(word.substring(1));
        } else if (word.startsWith("*")) {
          scale *= Double.parseDouble(word.substring(1));
        } else {
          decimals = Integer.parseInt(word);
        }
      } catch (NumberFormatException e) {
        throw new InputException(
            "%s: '%s' is not understood; say a number of decimals, /x, *x, i or goal"
                .formatted(where, word));
      }
    }

    String text() {
      if (goal) {
        return Goal.ofItself(figure)
            .map(it ->
                "%s: %s"
                    .formatted(it.text(), it.isMetBy(figure.value()) ? "met" : "**falls short**"))
            .orElse("no goal");
      }
      Double low = figure.low();
      Double high = figure.high();
      String value = number(figure.value());
      return !interval || low == null || high == null
          ? value
          : "%s [%s, %s]".formatted(value, number(low), number(high));
    }

    private String number(double value) {
      return decimals < 0 ? Numbers.text(value * scale) : Numbers.text(value * scale, decimals);
    }
  }
}
