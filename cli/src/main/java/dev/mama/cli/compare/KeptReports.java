package dev.mama.cli.compare;

import dev.mama.bench.Figure;
import dev.mama.examples.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reports of benches, and any figure of theirs by its name.
 *
 * <p>Immutable.
 *
 * @param all by name, ascending
 */
record KeptReports(List<KeptReport> all) {

  /** Commands whose reports tell what was measured; those of a demo or a run do not. */
  private static final Pattern MEASURING = Pattern.compile("(bench|soak|stress)\\b");

  /** A figure and where it stands. */
  record Found(KeptReport report, Figure figure) {}

  KeptReports {
    all = all.stream().sorted(Comparator.comparing(KeptReport::name)).toList();
  }

  /** All {@code NAME.json} in {@code folder}, without those of smoke runs. */
  static KeptReports in(Path folder) {
    return read(
        folder,
        false,
        files -> files.filter(file -> file.getFileName().toString().endsWith(".json")));
  }

  /**
   * All {@code NAME/report.json} below {@code folder}.
   *
   * @param smoke whether those of smoke runs alone, or all others
   */
  static KeptReports below(Path folder, boolean smoke) {
    return read(
        folder,
        smoke,
        files -> files.map(file -> file.resolve("report.json")).filter(Files::isRegularFile));
  }

  private interface Choice {
    Stream<Path> of(Stream<Path> entries);
  }

  private static KeptReports read(Path folder, boolean smoke, Choice choice) {
    try (Stream<Path> entries = Files.list(folder)) {
      return new KeptReports(
          choice
              .of(entries)
              .map(file -> KeptReport.read(name(file), file))
              .filter(report -> MEASURING.matcher(report.command()).lookingAt())
              .filter(report -> report.isSmoke() == smoke)
              .toList());
    } catch (IOException e) {
      throw new InputException(
          "%s: cannot be read; run ./mama bench first, or name another folder".formatted(folder));
    }
  }

  private static String name(Path file) {
    String name = file.getFileName().toString();
    Path parent = file.getParent();
    return name.equals("report.json") && parent != null
        ? parent.getFileName().toString().replaceFirst("^bench-", "")
        : name.replaceFirst("\\.json$", "");
  }

  /** The report of that name. */
  Optional<KeptReport> report(String name) {
    return all.stream().filter(it -> it.name().equals(name)).findFirst();
  }

  /**
   * The figure {@code name}, or {@code report:name} for that of one report.
   *
   * <p>Where several reports have it, because a bench ran in parts, the worst by its goal counts; a
   * figure without a goal is that of the first report. A quick run counts only where no full one
   * has it.
   */
  Optional<Found> figure(String name) {
    int colon = name.indexOf(':');
    if (colon >= 0) {
      return report(name.substring(0, colon))
          .flatMap(report ->
              report.figure(name.substring(colon + 1)).map(figure -> new Found(report, figure)));
    }
    return worst(name, false).or(() -> worst(name, true));
  }

  private Optional<Found> worst(String name, boolean quick) {
    return all.stream()
        .filter(report -> report.isQuick() == quick)
        .flatMap(report -> report.figure(name).map(it -> new Found(report, it)).stream())
        .reduce((one, other) -> worse(one, other) ? one : other);
  }

  /** Whether {@code one} misses its goal by more than {@code other}, or as much. */
  static boolean worse(Found one, Found other) {
    String goal = one.figure().goal();
    double a = one.figure().value();
    double b = other.figure().value();
    return goal == null || (goal.startsWith(">") ? a <= b : a >= b);
  }
}
