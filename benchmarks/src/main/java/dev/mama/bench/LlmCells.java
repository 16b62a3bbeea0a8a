package dev.mama.bench;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.mama.bench.LlmServerProcess.Stats;
import dev.mama.bench.compare.BareHttp;
import dev.mama.bench.compare.LangChain4jChat;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/**
 * What share of c / L, the most that c connections can carry at a latency of L, is reached by the
 * bare client, by ours and by LangChain4j's, in turn, with twice as many callers as connections?
 *
 * <p>Ours is measured once its limit has found the server: that takes about 17 round trips.
 */
final class LlmCells {

  private static final int WARM_ROUND_TRIPS = 40;

  private final LlmServerProcess server;
  private final int rounds;
  private final Duration window;

  /** Who is measured, in this order. */
  enum Side {
    BARE,
    OURS,
    LANGCHAIN4J
  }

  /** One cell: how many calls a second each side reached, and what the server saw of ours. */
  record Cell(
      int connections, Duration latency, Map<Side, Double> rates, int rounds, int peakConnections) {

    double bound() {
      return connections * 1e9 / latency.toNanos();
    }

    double share(Side side) {
      return rates.getOrDefault(side, Double.NaN) / bound();
    }

    /** Ours over what could be reached: the bound, or the bare client where that reaches less. */
    double ofReachable() {
      return share(Side.OURS) / Math.min(1, share(Side.BARE));
    }

    String name() {
      return "llm.c%d.l%d".formatted(connections, latency.toMillis());
    }

    List<Figure> figures() {
      return List.of(
          Figure.of(name() + ".rate", rates.getOrDefault(Side.OURS, 0.0), "1/s", rounds),
          Figure.of(name() + ".share", share(Side.OURS), "share", rounds),
          Figure.of(name() + ".bare.share", share(Side.BARE), "share", rounds),
          Figure.of(name() + ".langchain4j.share", share(Side.LANGCHAIN4J), "share", rounds),
          Figure.of(name() + ".bound-share", ofReachable(), "ratio", rounds));
    }
  }

  /**
   * @param server asked, where cells are measured one after another
   * @param rounds of each side in such a cell, in turn, odd; the median counts
   * @param window how long a round is measured at least; four round trips in any case
   */
  LlmCells(LlmServerProcess server, int rounds, Duration window) {
    this.server = server;
    this.rounds = rounds;
    this.window = window;
  }

  /**
   * The cells of one latency; those of a second and more side by side, each with a server of its
   * own, because they only wait.
   */
  List<Cell> row(int[] connections, Duration latency) throws InterruptedException {
    var cells = new ArrayList<Cell>();
    if (latency.toMillis() < 1_000) {
      for (int c : connections) {
        cells.add(cell(server, rounds, c, latency));
      }
      return cells;
    }
    try (var threads = Executors.newCachedThreadPool()) {
      var running = new ArrayList<Future<Cell>>();
      for (int c : connections) {
        running.add(
            threads.submit(() -> {
              try (var own = LlmServerProcess.start()) {
                return cell(own, 1, c, latency);
              }
            }));
      }
      for (Future<Cell> cell : running) {
        cells.add(cell.get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a cell failed", e.getCause());
    }
    return cells;
  }

  private Cell cell(LlmServerProcess server, int rounds, int connections, Duration latency)
      throws InterruptedException {
    Map<Side, List<Double>> rates = new EnumMap<>(Side.class);
    int peak = 0;
    for (int round = 0; round < rounds; round++) {
      for (Side side : Side.values()) {
        Stats before;
        Stats after;
        server.restart(latency);
        var meters = new SimpleMeterRegistry();
        try (var caller = caller(side, server, connections, meters);
            var crowd = new LlmCrowd(caller, 2 * connections)) {
          if (side == Side.OURS) {
            var limit = meters.get("mama.llm.admission.limit").gauge();
            await(() -> limit.value() >= connections, latency.multipliedBy(WARM_ROUND_TRIPS));
          }
          await(() -> crowd.answered() >= connections, Duration.ofSeconds(60));
          Thread.sleep(latency.multipliedBy(3).dividedBy(2).plus(window.dividedBy(2)));
          before = server.stats();
          Duration four = latency.multipliedBy(4);
          Thread.sleep(window.compareTo(four) > 0 ? window : four);
          after = server.stats();
          if (crowd.failed() > 0) {
            throw new IllegalStateException(
                "%d calls of %s failed at c = %d, L = %s"
                    .formatted(crowd.failed(), side, connections, latency));
          }
        }
        rates.computeIfAbsent(side, key -> new ArrayList<>()).add(after.rate(before));
        peak = side == Side.OURS ? Math.max(peak, after.peakConnections()) : peak;
      }
    }
    Map<Side, Double> medians = new EnumMap<>(Side.class);
    rates.forEach(
        (side, each) -> medians.put(side, each.stream().sorted().toList().get(rounds / 2)));
    return new Cell(connections, latency, medians, rounds, peak);
  }

  static LlmCaller caller(
      Side side, LlmServerProcess server, int connections, SimpleMeterRegistry meters) {
    return switch (side) {
      case BARE -> new BareHttp(server.uri(), connections);
      case LANGCHAIN4J -> new LangChain4jChat(server.uri(), connections);
      case OURS ->
          LlmCaller.of(
              LlmClient.builder(
                      LlmEndpoint.of(server.uri().toString(), "m").withPoolSize(connections))
                  .meters(meters)
                  .build());
    };
  }

  /** Waits until {@code holds}, at most {@code limit} and a second. */
  static void await(BooleanSupplier holds, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos() + NANOSECONDS.convert(Duration.ofSeconds(1));
    while (!holds.getAsBoolean() && System.nanoTime() - end < 0) {
      Thread.sleep(2);
    }
  }
}
