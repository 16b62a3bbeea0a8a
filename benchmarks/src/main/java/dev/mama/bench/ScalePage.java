package dev.mama.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the scalability bench found, as tables of Markdown: a column for each number of agents.
 *
 * <p>Not thread-safe.
 */
final class ScalePage {

  private static final Pattern OF_AGENTS = Pattern.compile("scalability\\.(\\d+)\\.(.+)");
  private static final Pattern OF_DELAY =
      Pattern.compile("scalability\\.network\\.delay(\\d+)\\.(.+)");

  private final Map<String, Figure> figures = new LinkedHashMap<>();
  private final StringBuilder text = new StringBuilder();

  ScalePage(List<Figure> figures) {
    figures.forEach(figure -> this.figures.put(figure.name(), figure));
  }

  String text() {
    List<Integer> agents = numbers(OF_AGENTS, ".path.p50");
    text.append(
        """
        One caller at a time, each need asked once; helpers answer at once and without a model. Medians with their 95 %% bootstrap intervals; n, mean, standard
        deviation, least, greatest, p95 and p99 of each stand in `report.json`, all samples in `samples.csv`. The first %s profiles are encoded; the vectors of further
        agents are those with a little noise. Heap at most %s GiB.

        """
            .formatted(number("scalability.encoded"), number("scalability.heap")));
    table(
        "agents",
        agents,
        "scalability.%d.",
        rows(
            "need to answer, ms", "path.p50",
            "its p99", "path.p99",
            "match (encode and scan), ms", "match.p50",
            "its p99", "match.p99",
            "of it the scan, µs", "scan.p50",
            "search alone, µs", "search.p50",
            "its p99", "search.p99",
            "decision in the path, µs", "decide.p50",
            "policy alone, µs", "policy.p50",
            "its p99", "policy.p99",
            "trust updates a second, 50 workers", "registry.rate",
            "heap of an agent, bytes", "bytes-per-agent",
            "of it index", "index.bytes-per-agent",
            "registry and card", "registry.bytes-per-agent",
            "ledger", "ledger.bytes-per-agent",
            "group", "group.bytes-per-agent"));
    numbers(OF_AGENTS, ".left-out")
        .forEach(left ->
            text.append(
                "%,d agents were left out: they would have taken about %s GiB of heap.%n"
                    .formatted(left, number("scalability.%d.left-out".formatted(left)))));
    heading("By the protocol of the MAMA report");
    text.append(
        "30 needs, 10,000 messages, states of 50 floats, without a warm-up of its own.\n\n");
    table(
        "agents",
        agents,
        "scalability.%d.report.",
        rows(
            "match, mean, ms", "match.mean",
            "its standard deviation", "match.sd",
            "decision, mean, µs", "decide.mean",
            "its standard deviation", "decide.sd",
            "trust updates a second, 1 worker", "registry.workers1.rate",
            "10 workers", "registry.workers10.rate",
            "50 workers", "registry.workers50.rate"));
    growth();
    network();
    churn();
    return text.toString();
  }

  private static Map<String, String> rows(String... titlesAndNames) {
    var rows = new LinkedHashMap<String, String>();
    for (int i = 0; i < titlesAndNames.length; i += 2) {
      rows.put(titlesAndNames[i + 1], titlesAndNames[i]);
    }
    return rows;
  }

  private void growth() {
    var lines = new ArrayList<String>();
    figures.forEach((name, figure) -> {
      if (name.startsWith("scalability.growth.")) {
        lines.add(
            "| %s | %s |"
                .formatted(
                    name.replace("scalability.growth.", "").replace(".exponent", ""),
                    cell(figure)));
      }
    });
    if (!lines.isEmpty()) {
      heading("Growth");
      text.append(
          "Exponent of the number of agents, fitted to the medians; 0 is no growth, 1 is proportion.\n\n");
      text.append("| | exponent |\n|---|---|\n").append(String.join("\n", lines)).append("\n\n");
    }
  }

  private void network() {
    List<Integer> delays = numbers(OF_DELAY, ".ask.p50");
    if (!delays.isEmpty()) {
      heading("A long way to the broker");
      text.append(
          "A question and its answer between two connections; each byte takes the delay in each direction.\n\n");
      table(
          "delay one way, ms",
          delays,
          "scalability.network.delay%d.",
          rows(
              "one after another, ms", "ask.p50",
              "p99", "ask.p99",
              "over four delays, the least there can be", "over-four-delays",
              "100 senders at once, asks a second", "at-once.rate",
              "one sender, 100 helpers at once", "one-sender.rate"));
    }
  }

  private void churn() {
    if (figures.containsKey("scalability.churn.calm.path.p50")) {
      heading("Agents that come and go");
      text.append(
          """
          Eight requesters with needs all the time; every second round groups of twenty agents join, are found and asked, and leave: %s joined a second, %s needs
          were met by them, %s needs of all were not met.

          | | calm | coming and going | ratio |
          |---|---|---|---|
          | need to answer, p50, µs | %s | %s | %s |
          | p99, µs | %s | %s | %s |
          """
              .formatted(
                  number("scalability.churn.joins.rate"),
                  number("scalability.churn.guests-asked"),
                  number("scalability.churn.unmet"),
                  number("scalability.churn.calm.path.p50"),
                  number("scalability.churn.busy.path.p50"),
                  number("scalability.churn.over-calm.p50"),
                  number("scalability.churn.calm.path.p99"),
                  number("scalability.churn.busy.path.p99"),
                  number("scalability.churn.over-calm.p99")));
    }
  }

  private void heading(String title) {
    text.append("\n## ").append(title).append("\n\n");
  }

  /** What stands in the names of all figures that end in {@code suffix}, ascending. */
  private List<Integer> numbers(Pattern pattern, String suffix) {
    var found = new TreeSet<Integer>();
    for (String name : figures.keySet()) {
      Matcher matcher = pattern.matcher(name);
      if (matcher.matches() && ("." + matcher.group(2)).equals(suffix)) {
        found.add(Integer.valueOf(matcher.group(1)));
      }
    }
    return List.copyOf(found);
  }

  private void table(String head, List<Integer> columns, String prefix, Map<String, String> rows) {
    text.append("| ").append(head).append(" |");
    columns.forEach(column -> text.append(" %,d |".formatted(column)));
    text.append("\n|---|").append("---|".repeat(columns.size())).append("\n");
    rows.forEach((name, title) ->
        text.append(
            "| %s | %s |\n"
                .formatted(
                    title,
                    columns.stream()
                        .map(column -> cell(figures.get(prefix.formatted(column) + name)))
                        .collect(Collectors.joining(" | ")))));
    text.append("\n");
  }

  private static String cell(@Nullable Figure figure) {
    if (figure == null) {
      return "–";
    }
    Double low = figure.low();
    Double high = figure.high();
    return low == null || high == null
        ? number(figure.value())
        : "%s [%s, %s]".formatted(number(figure.value()), number(low), number(high));
  }

  private String number(String name) {
    Figure figure = figures.get(name);
    return figure == null ? "–" : number(figure.value());
  }

  private static String number(double value) {
    double size = Math.abs(value);
    if (size >= 1_000 || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%,d", Math.round(value));
    }
    return String.format(Locale.ROOT, size < 10 ? "%.3f" : size < 100 ? "%.2f" : "%.1f", value);
  }
}
