package dev.mama.bench;

import dev.mama.bench.LlmCapacity.Course;
import dev.mama.bench.LlmCells.Cell;
import dev.mama.bench.LlmCells.Side;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/**
 * How many answers a second do agents get through the pipeline, what does it add to a call, and how
 * does it treat a server that refuses, changes or goes away, beside the bare client and
 * LangChain4j's?
 *
 * <p>The scripted server runs in a process of its own on the same processors. The system property
 * {@code mama.bench.llm} chooses parts of a full run: latencies in milliseconds, {@code drills},
 * {@code capacity}, comma-separated; all of them unless set.
 */
final class LlmBench implements Bench {

  private static final String DRILLS = "drills";
  private static final String CAPACITY = "capacity";
  private static final int[] CONNECTIONS = {16, 64, 256, 1_024};
  private static final int[] QUICK_CONNECTIONS = {16, 64};
  private static final int[] LATENCIES = {50, 200, 1_000, 5_000};
  private static final int[] QUICK_LATENCIES = {50};
  private static final int[] SMOKE_CONNECTIONS = {4};
  private static final int[] SMOKE_LATENCIES = {10};

  @Override
  public String name() {
    return "llm";
  }

  @Override
  public String question() {
    return "How much of what a model's server carries do agents get, and at what cost?";
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    int[] latencies = options.size().of(LATENCIES, QUICK_LATENCIES, SMOKE_LATENCIES);
    List<String> known = everything(latencies);
    List<String> parts =
        List.of(System.getProperty("mama.bench.llm", String.join(",", known)).split(",", -1));
    for (String part : parts) {
      if (!known.contains(part)) {
        throw new IllegalArgumentException(
            "mama.bench.llm: part '%s' is unknown; known are %s".formatted(part, known));
      }
    }
    var figures = new ArrayList<Figure>();
    try (var server = LlmServerProcess.start()) {
      var run = new Run(server, options, parts, progress);
      figures.addAll(run.cells(latencies));
      if (parts.contains(DRILLS)) {
        figures.addAll(run.drills());
      }
      if (parts.contains(CAPACITY)) {
        figures.addAll(run.capacity());
      }
    }
    return figures;
  }

  private record Run(
      LlmServerProcess server, Options options, List<String> parts, Progress progress) {

    /** Those of the latencies that are among the parts, after a warm-up that does not count. */
    List<Figure> cells(int[] latencies) throws InterruptedException {
      Size size = options.size();
      progress.at(0, parts.size() + 1L, "warming up");
      if (size != Size.SMOKE) {
        var warm = new LlmCells(server, 1, Duration.ofSeconds(size.of(3, 1, 0)));
        var unused = warm.row(new int[] {64}, Duration.ofMillis(5));
      }
      var cells =
          new LlmCells(server, size.of(3, 1, 1), Duration.ofMillis(size.of(2_000, 1_000, 50)));
      var matrix = new ArrayList<Cell>();
      for (int latency : latencies) {
        String part = Integer.toString(latency);
        if (parts.contains(part)) {
          at(part, "latency of %,d ms".formatted(latency));
          matrix.addAll(
              cells.row(
                  size.of(CONNECTIONS, QUICK_CONNECTIONS, SMOKE_CONNECTIONS),
                  Duration.ofMillis(latency)));
        }
      }
      if (matrix.isEmpty()) {
        return List.of();
      }
      options.out().ifPresent(folder -> LlmCharts.bound(matrix, folder.resolve("llm-bound.png")));
      return summary(matrix);
    }

    List<Figure> drills() throws InterruptedException {
      Size size = options.size();
      var drills = new LlmDrills(server, Duration.ofMillis(size.of(50, 50, 10)));
      at(DRILLS, "overhead");
      var figures =
          new ArrayList<>(
              drills.overhead(
                  size.of(1, 1, 0),
                  size.of(5, 1, 1),
                  Duration.ofMillis(size.of(3_000, 1_000, 30))));
      at(DRILLS, "pacing");
      figures.addAll(drills.pacing(Duration.ofMillis(size.of(10_000, 2_000, 40))));
      at(DRILLS, "recovery");
      figures.addAll(
          drills.recovery(
              Duration.ofMillis(size.of(3_000, 1_000, 10)),
              size.of(List.of(Side.values()), List.of(Side.OURS), List.of(Side.BARE))));
      return figures;
    }

    List<Figure> capacity() throws InterruptedException {
      Size size = options.size();
      at(CAPACITY, "hidden capacity");
      return LlmBench.capacity(
          new LlmCapacity(
              server,
              Duration.ofMillis(size.of(50, 20, 2)),
              size.of(100, 100, 10),
              size.of(200, 30, 5)),
          options);
    }

    private void at(String part, String step) {
      progress.at(1L + parts.indexOf(part), parts.size() + 1L, step);
    }
  }

  private static List<Figure> summary(List<Cell> matrix) {
    var figures = new ArrayList<Figure>();
    matrix.forEach(cell -> figures.addAll(cell.figures()));
    Cell worst = matrix.stream().min(Comparator.comparingDouble(Cell::ofReachable)).orElseThrow();
    figures.add(
        Figure.of("llm.bound-share", worst.ofReachable(), "ratio", matrix.size()).atLeast(0.95));
    Cell fullest =
        matrix.stream()
            .max(Comparator.comparingDouble(c -> (double) c.peakConnections() / c.connections()))
            .orElseThrow();
    figures.add(
        Figure.of("llm.connections", fullest.peakConnections(), "count", matrix.size())
            .atMost(fullest.connections()));
    return figures;
  }

  private static List<Figure> capacity(LlmCapacity capacity, Options options)
      throws InterruptedException {
    var courses = new LinkedHashMap<String, Course>();
    courses.put("", capacity.adaptive());
    courses.put("fixed", capacity.fixed());
    for (LlmPeerLimit peer : LlmPeerLimit.values()) {
      courses.put(peer.name().toLowerCase(Locale.ROOT), capacity.peer(peer));
    }
    options
        .out()
        .ifPresent(folder -> LlmCharts.capacity(courses, folder.resolve("llm-capacity.png")));
    var figures = new ArrayList<Figure>();
    courses.forEach((name, course) -> {
      String prefix = "llm.capacity." + (name.isEmpty() ? "" : name + ".");
      var error = Figure.of(prefix + "error", course.error(), "share", course.answered());
      var refused = Figure.of(prefix + "refused", course.refused(), "share", course.answered());
      figures.add(name.isEmpty() ? error.atMost(0.2) : error);
      figures.add(name.isEmpty() ? refused.atMost(0.01) : refused);
    });
    return figures;
  }

  private static List<String> everything(int[] latencies) {
    var all = new ArrayList<String>();
    Arrays.stream(latencies).forEach(latency -> all.add(Integer.toString(latency)));
    all.add(DRILLS);
    all.add(CAPACITY);
    return all;
  }
}
