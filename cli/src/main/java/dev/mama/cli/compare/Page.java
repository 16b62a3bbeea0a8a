package dev.mama.cli.compare;

import dev.mama.cli.compare.KeptReports.Found;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What reports say together, as tables of Markdown. Nothing is left out: what has no figure says
 * so.
 */
final class Page {

  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private static final int FEW = 3;
  private static final String NOTHING = "–";

  private Page() {}

  /** The design's goals, met or not, and then all others that a bench has set itself. */
  static String goals(KeptReports reports) {
    List<Goal> goals = Goal.all();
    var rows = new StringBuilder();
    rows.append("| question | elsewhere | figure | MAMA | goal | |\n|---|---|---|---|---|---|\n");
    for (Goal goal : goals) {
      Optional<Found> found = reports.figure(goal.figure());
      rows.append(
          "| %s | %s | `%s` | %s | %s | %s |\n"
              .formatted(
                  goal.question(),
                  goal.elsewhere(),
                  goal.figure(),
                  found.map(Page::text).orElse(NOTHING),
                  goal.text(),
                  goal.verdict(found)));
    }
    rows.append("\n").append(count(reports, goals)).append("\n");
    return rows.toString();
  }

  private static String count(KeptReports reports, List<Goal> goals) {
    long measured = goals.stream().filter(it -> reports.figure(it.figure()).isPresent()).count();
    long met =
        goals.stream()
            .filter(goal ->
                reports
                    .figure(goal.figure())
                    .filter(it -> goal.isMetBy(it.figure().value()))
                    .isPresent())
            .count();
    return "Of %d goals %d are met, %d fall short, %d are not measured."
        .formatted(goals.size(), met, measured - met, goals.size() - measured);
  }

  /**
   * Goals that benches set themselves beyond the design's. Where a bench has the same goal for many
   * sizes there is one row for all, with the worst of them.
   */
  static String furtherGoals(KeptReports reports) {
    Set<String> known = Goal.all().stream().map(Goal::figure).collect(Collectors.toSet());
    var alike = new LinkedHashMap<String, Set<String>>();
    for (KeptReport report : reports.all()) {
      report.figures().stream()
          .filter(figure -> figure.goal() != null && !known.contains(figure.name()))
          .forEach(figure ->
              alike
                  .computeIfAbsent(
                      NUMBER.matcher(figure.name()).replaceAll("N") + " " + figure.goal(),
                      unseen -> new LinkedHashSet<>())
                  .add(figure.name()));
    }
    var rows = new StringBuilder("| figure | MAMA | goal | |\n|---|---|---|---|\n");
    alike.forEach((name, figures) -> {
      if (figures.size() > FEW) {
        rows.append(row(name.replaceFirst(" .*", ""), worstOf(reports, figures), figures.size()));
      } else {
        figures.forEach(
            figure -> rows.append(row(figure, reports.figure(figure).orElseThrow(), 1)));
      }
    });
    return rows.toString();
  }

  private static Found worstOf(KeptReports reports, Set<String> figures) {
    return figures.stream()
        .map(figure -> reports.figure(figure).orElseThrow())
        .reduce((one, other) -> KeptReports.worse(one, other) ? one : other)
        .orElseThrow();
  }

  private static String row(String name, Found found, int of) {
    Goal goal = Goal.ofItself(found.figure()).orElseThrow();
    return "| `%s`%s | %s | %s | %s |\n"
        .formatted(
            name,
            of == 1 ? "" : ", the worst of %d".formatted(of),
            text(found),
            goal.text(),
            goal.verdict(Optional.of(found)));
  }

  /** Ours beside the peers'. */
  static String comparisons(KeptReports reports) {
    var rows = new StringBuilder();
    rows.append(
        "| question | MAMA | peer | the peer's | ours over theirs |\n|---|---|---|---|---|\n");
    for (Comparison each : Comparison.all()) {
      rows.append(
          "| %s | %s | %s | %s | %s |\n"
              .formatted(
                  each.question(),
                  value(reports, each.ours()),
                  each.peer(),
                  value(reports, each.theirs()),
                  each.ratio(reports)));
    }
    return rows.toString();
  }

  private static String value(KeptReports reports, String figure) {
    return figure.isEmpty()
        ? NOTHING
        : reports.figure(figure).map(Page::text).orElse("not measured");
  }

  private static String text(Found found) {
    return Numbers.text(found.figure()) + (found.report().noisy() ? " ¹" : "");
  }

  /** Which reports there are: command, commit, machine, when, and whether others were busy. */
  static String sources(KeptReports reports) {
    var rows = new StringBuilder();
    rows.append(
        "| report | command | commit | began | JDK | machine | |\n|---|---|---|---|---|---|---|\n");
    for (KeptReport report : reports.all()) {
      rows.append(
          "| `%s` | `./mama %s` | %s | %s | %s | %s | %s |\n"
              .formatted(
                  report.name(),
                  report.command(),
                  report.commit(),
                  report.startedAt().replaceFirst("T(\\d\\d:\\d\\d).*", " $1"),
                  report.jdk(),
                  report.machine(),
                  report.noisy() ? "noisy ¹" : "quiet"));
    }
    return rows.toString();
  }
}
