package dev.mama.bench.soak;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.bench.Figure;
import dev.mama.runtime.AgentGroup;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Agents that are started, get a message each, and are closed with their group, again and again, on
 * the clients that the others use. Each has an id that was never there before.
 *
 * <p>Thread-safe.
 */
final class Cycles {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration NAP = Duration.ofMillis(100);

  private record Hello(int number) {}

  private final SoakParts parts;
  private final ExperimentId experiment;
  private final SoakOptions options;
  private final LongAdder closed = new LongAdder();
  private final LongAdder lost = new LongAdder();

  Cycles(SoakParts parts, ExperimentId experiment, SoakOptions options) {
    this.parts = parts;
    this.experiment = experiment;
    this.options = options;
  }

  /** Runs them at equal distances over the soak's time, or until {@code stop}. */
  void run(BooleanSupplier stop) throws InterruptedException {
    long start = System.nanoTime();
    int cycles = options.cycles();
    for (int cycle = 0; cycle < cycles; cycle++) {
      long due = start + (long) ((double) options.time().toNanos() * cycle / cycles);
      for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
        if (stop.getAsBoolean()) {
          return;
        }
        TimeUnit.NANOSECONDS.sleep(Math.min(early, NAP.toNanos()));
      }
      if (stop.getAsBoolean()) {
        return;
      }
      int first = cycle * options.perCycle();
      cycle(cycle, Math.min(options.perCycle(), options.agents() - first), stop);
    }
  }

  private void cycle(int cycle, int count, BooleanSupplier stop) throws InterruptedException {
    var greeted = new CountDownLatch(count);
    List<AgentId> ids =
        IntStream.range(0, count)
            .mapToObj(i -> AgentId.of("cycle-%d.%d".formatted(cycle, i)))
            .toList();
    try (AgentGroup group = SoakAgents.builder(parts, experiment).name("cycle-" + cycle).build()) {
      group.define(AgentType.of("short-lived", () -> (message, context) -> greeted.countDown()));
      group.startAll(ids, "short-lived");
      Sender client = group.client("cycle-%d.client".formatted(cycle));
      for (int i = 0; i < count; i++) {
        client.send(ids.get(i), Payload.of(new Hello(i)));
      }
      long limit = System.nanoTime() + LIMIT.toNanos();
      while (!greeted.await(NAP.toMillis(), TimeUnit.MILLISECONDS)) {
        if (stop.getAsBoolean()) {
          return;
        }
        if (System.nanoTime() > limit) {
          lost.add(greeted.getCount());
          break;
        }
      }
    }
    closed.add(count);
  }

  /** Agents started and closed so far. */
  long closed() {
    return closed.sum();
  }

  List<Figure> figures() {
    long count = closed.sum();
    return List.of(
        Figure.of("soak.agents.closed", (double) count, "count", count),
        Figure.of("soak.agents.lost-messages", (double) lost.sum(), "count", count).exactly(0));
  }
}
