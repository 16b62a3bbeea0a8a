package dev.mama.bench.stress;

import dev.mama.bench.Figure;
import dev.mama.bench.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One cell of the matrix, measured.
 *
 * <p>Immutable, once it has been measured.
 *
 * @param agents that give help
 * @param concurrent users at once
 * @param latency of the model
 * @param seconds it took
 * @param stages times of each stage, of all requests answered
 * @param strange answers that were not those to the request, or carried another's word
 * @param failed requests that failed
 * @param unfinished requests under way at the end
 * @param heapBytes what the group holds before the first request, agents and cards included
 * @param allocatedBytes allocated while it was measured, by the whole process
 * @param cpuNanos processor time while it was measured, of the whole process
 */
record Cell(
    int agents,
    int concurrent,
    Duration latency,
    double seconds,
    Map<Stage, Samples> stages,
    long strange,
    long failed,
    long unfinished,
    long heapBytes,
    long allocatedBytes,
    long cpuNanos) {

  /** Where a request's time goes. */
  enum Stage {
    /** From the user to the turn of the agent that needs help. */
    QUEUE,
    /** Encoding the need, scanning the index, deciding. */
    FIND,
    /** From the ask to the turn of the helper, which serves one after another. */
    REACH,
    /** The model: its latency, and what the way to it takes. */
    MODEL,
    /** From the helper's answer to the asker. */
    BACK,
    /** All of it, from the user's question to the user's answer. */
    TOTAL
  }

  Cell {
    stages = new EnumMap<>(stages);
  }

  Samples of(Stage stage) {
    return stages.getOrDefault(stage, new Samples());
  }

  int answered() {
    return of(Stage.TOTAL).size();
  }

  double perSecond() {
    return answered() / seconds;
  }

  /** For each of {@code answered}, at least one. */
  private double each(double whole) {
    return whole / Math.max(1, answered());
  }

  double cpuMicros() {
    return each((double) cpuNanos) / 1e3;
  }

  private String name() {
    return "stress.a%d.c%d.l%d".formatted(agents, concurrent, latency.toMillis());
  }

  List<Figure> figures() {
    var figures = new ArrayList<Figure>();
    int n = answered();
    figures.add(Figure.of(name() + ".rate", perSecond(), "1/s", n));
    for (Stage stage : Stage.values()) {
      String name = name() + "." + stage.name().toLowerCase(Locale.ROOT);
      figures.add(Figure.of(name + ".p50", of(stage).quantile(0.5) / 1e6, "ms", n));
    }
    figures.add(Figure.of(name() + ".total.p99", of(Stage.TOTAL).quantile(0.99) / 1e6, "ms", n));
    figures.add(Figure.of(name() + ".heap", (double) heapBytes, "bytes", 1));
    figures.add(Figure.of(name() + ".allocated", each((double) allocatedBytes), "bytes", n));
    figures.add(Figure.of(name() + ".cpu", cpuMicros(), "us", n));
    figures.add(Figure.of(name() + ".strange", (double) strange, "count", n).exactly(0));
    figures.add(Figure.of(name() + ".failed", (double) failed, "count", n).exactly(0));
    figures.add(Figure.of(name() + ".unfinished", (double) unfinished, "count", n));
    return figures;
  }

  /** Its line of the table, in Markdown. */
  String line() {
    return String.format(
        Locale.ROOT,
        "| %,d | %d | %d | %,.0f | %.1f | %.1f | %.2f | %.2f | %.2f | %.1f | %.2f | %.1f | %,.0f | %,.0f | %d | %d | %d |%n",
        agents,
        concurrent,
        latency.toMillis(),
        perSecond(),
        of(Stage.TOTAL).quantile(0.5) / 1e6,
        of(Stage.TOTAL).quantile(0.99) / 1e6,
        of(Stage.QUEUE).quantile(0.5) / 1e6,
        of(Stage.FIND).quantile(0.5) / 1e6,
        of(Stage.REACH).quantile(0.5) / 1e6,
        of(Stage.MODEL).quantile(0.5) / 1e6,
        of(Stage.BACK).quantile(0.5) / 1e6,
        heapBytes / 1048576.0,
        each((double) allocatedBytes) / 1024,
        cpuMicros(),
        strange,
        failed,
        unfinished);
  }

  /** The table's head, in Markdown. */
  static String head() {
    return """
    | agents | at once | model ms | answers/s | p50 ms | p99 ms | queue | find | reach | model | back | heap MiB | KiB/answer | µs of processor | strange | failed | unfinished |
    |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
    """;
  }
}
