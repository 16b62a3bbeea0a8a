package dev.mama.bench.soak;

import dev.mama.bench.Figure;
import dev.mama.bench.Trend;
import dev.mama.bench.soak.Resource.Finding;
import dev.mama.bench.soak.Resource.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a soak has found.
 *
 * <p>Immutable.
 *
 * @param readings in order of time
 * @param verdicts one of each resource
 * @param figures for {@code report.json}
 * @param pinnedAt where virtual threads were pinned most, a line each
 * @param problem what the latest failure said, empty if there was none
 * @param stopped whether somebody stopped it before its time
 */
public record SoakReport(
    List<Reading> readings,
    List<Verdict> verdicts,
    List<Figure> figures,
    List<String> pinnedAt,
    String problem,
    boolean stopped) {

  public SoakReport {
    readings = List.copyOf(readings);
    verdicts = List.copyOf(verdicts);
    figures = List.copyOf(figures);
    pinnedAt = List.copyOf(pinnedAt);
  }

  static SoakReport of(
      SoakOptions options, Watch watch, SoakLoad load, Cycles cycles, boolean stopped) {
    List<Reading> readings = watch.readings();
    List<Verdict> verdicts =
        Arrays.stream(Resource.values()).map(resource -> resource.judge(readings)).toList();
    var figures = new ArrayList<Figure>();
    Reading last = readings.getLast();
    figures.add(Figure.of("soak.seconds", last.seconds(), "s", readings.size()));
    for (Verdict verdict : verdicts) {
      Resource resource = verdict.resource();
      String name = "soak." + resource.word();
      figures.add(Figure.of(name, resource.of(last), resource.unit, readings.size()));
      if (verdict.finding() != Finding.UNDECIDED) {
        figures.add(verdict.perHour().figure(name + ".per-hour", resource.unit));
        figures.add(
            Figure.of(
                    name + ".leak",
                    verdict.finding() == Finding.LEAK ? 1 : 0,
                    "count",
                    verdict.perHour().samples())
                .exactly(0));
      }
    }
    heapPerRequest(readings).ifPresent(figures::add);
    figures.add(Figure.of("soak.pinned", (double) last.pinned(), "count", last.answered()));
    figures.add(Figure.of("soak.pinned.millis", last.pinnedMillis(), "ms", last.pinned()));
    figures.addAll(load.figures());
    figures.addAll(cycles.figures());
    return new SoakReport(readings, verdicts, figures, watch.pinnedAt(), load.problem(), stopped);
  }

  private static Optional<Figure> heapPerRequest(List<Reading> readings) {
    List<Reading> counted = readings.subList(readings.size() / Resource.FILLING, readings.size());
    boolean moves =
        counted.size() >= Resource.FEWEST
            && counted.getFirst().answered() < counted.getLast().answered();
    return moves
        ? Optional.of(
            Trend.of(
                    counted.stream().mapToDouble(r -> (double) r.answered()).toArray(),
                    counted.stream().mapToDouble(Reading::heap).toArray())
                .figure("soak.heap.per-request", "bytes"))
        : Optional.empty();
  }

  /** Whether something leaks. */
  public boolean leaks() {
    return verdicts.stream().anyMatch(verdict -> verdict.finding() == Finding.LEAK);
  }

  /** Whether nothing leaks, and all that was asked was answered rightly. */
  public boolean allWell() {
    return !leaks() && figures.stream().allMatch(figure -> !Boolean.FALSE.equals(figure.met()));
  }

  /** Writes {@code soak.csv} (all readings) and {@code soak.png} into {@code folder}. */
  public void write(Path folder) {
    var lines = new ArrayList<String>();
    lines.add("seconds,heap,rss,threads,descriptors,pinned,pinned_millis,answered,agents_closed");
    for (Reading r : readings) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%.3f,%.0f,%.0f,%.0f,%.0f,%d,%.3f,%d,%d",
              r.seconds(),
              r.heap(),
              r.resident(),
              r.threads(),
              r.descriptors(),
              r.pinned(),
              r.pinnedMillis(),
              r.answered(),
              r.agents()));
    }
    try {
      Files.write(folder.resolve("soak.csv"), lines);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written".formatted(folder), e);
    }
    SoakChart.draw(readings, folder.resolve("soak.png"));
  }

  /** The verdicts, for a person: a table in Markdown, the rule above it. */
  public String verdictTable() {
    var text = new StringBuilder();
    text.append(
        """
        A leak is found where, after the first quarter of the readings, the lower end of the slope's 95 % interval means more growth
        over the time measured than 5 % of the mean and than a least amount (8 MiB of heap, 64 MiB of resident memory, 3 threads,
        5 descriptors), and where the later half alone grows with its whole interval too.

        | what | last | per hour | 95 % interval | surely grown | allowed | finding |
        |---|---|---|---|---|---|---|
        """);
    for (Verdict verdict : verdicts) {
      Resource resource = verdict.resource();
      Trend slope = verdict.perHour();
      text.append(
          "| %s | %s | %s | %s to %s | %s | %s | %s |%n"
              .formatted(
                  resource.word(),
                  amount(resource, resource.of(readings.getLast())),
                  amount(resource, slope.slope()),
                  amount(resource, slope.low()),
                  amount(resource, slope.high()),
                  amount(resource, Math.max(0, verdict.grown())),
                  amount(resource, verdict.allowed()),
                  verdict.finding().name().toLowerCase(Locale.ROOT)));
    }
    Reading last = readings.getLast();
    text.append(
        "%nVirtual threads waited %,d times for 1 ms or longer while pinned to their carriers, %.0f ms in all.%n"
            .formatted(last.pinned(), last.pinnedMillis()));
    pinnedAt.forEach(line -> text.append("- ").append(line).append('\n'));
    if (!problem.isEmpty()) {
      text.append("%nThe latest failure: %s%n".formatted(problem));
    }
    if (stopped) {
      text.append("\nStopped before its time; this is what was measured until then.\n");
    }
    return text.toString();
  }

  private static String amount(Resource resource, double value) {
    return resource.unit.equals("bytes")
        ? String.format(Locale.ROOT, "%.2f MiB", value / (1 << 20))
        : String.format(Locale.ROOT, "%.1f", value);
  }
}
