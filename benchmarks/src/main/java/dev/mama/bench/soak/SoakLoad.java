package dev.mama.bench.soak;

import dev.mama.MamaException;
import dev.mama.bench.Figure;
import dev.mama.bench.soak.SoakAgents.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.AtomicHistogram;

/**
 * Requests at a steady rate, whatever becomes of those before, the kinds in turn. What comes while
 * too many are under way is left out and counted.
 *
 * <p>Thread-safe.
 */
final class SoakLoad {

  private static final List<Kind> KINDS = List.of(Kind.values());
  private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(2);
  private static final Duration MOST_UNDER_WAY = Duration.ofSeconds(4);

  private final SoakAgents agents;
  private final int perSecond;
  private final Semaphore room;
  private final Map<Kind, AtomicHistogram> micros = new EnumMap<>(Kind.class);
  private final LongAdder answered = new LongAdder();
  private final LongAdder wrong = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder leftOut = new LongAdder();
  private final LongAdder unfinished = new LongAdder();
  private final AtomicReference<String> problem = new AtomicReference<>("");

  SoakLoad(SoakAgents agents, int perSecond) {
    this.agents = agents;
    this.perSecond = perSecond;
    this.room = new Semaphore((int) Math.max(16, perSecond * MOST_UNDER_WAY.toSeconds()));
    for (Kind kind : Kind.values()) {
      micros.put(kind, new AtomicHistogram(LONGEST_MICROS, 3));
    }
  }

  /**
   * Asks for {@code time}, or until {@code stop}; returns when all have been answered, or given up
   * after a stop.
   */
  void run(Duration time, BooleanSupplier stop) throws InterruptedException {
    long count = Math.round(time.toNanos() / 1e9 * perSecond);
    long start = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count && !stop.getAsBoolean(); i++) {
        long due = start + (long) (i * 1e9 / perSecond);
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
        if (!room.tryAcquire()) {
          leftOut.increment();
          continue;
        }
        int number = i;
        threads.execute(() -> ask(number, due));
      }
      if (stop.getAsBoolean()) {
        threads.shutdownNow();
      }
    }
  }

  private void ask(int number, long due) {
    Kind kind = KINDS.get(number % KINDS.size());
    try {
      if (agents.ask(kind, number / KINDS.size())) {
        answered.increment();
      } else {
        wrong.increment();
      }
      took(kind, (System.nanoTime() - due) / 1_000);
    } catch (MamaException e) {
      failed.increment();
      problem.set(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      unfinished.increment();
      Thread.currentThread().interrupt();
    } finally {
      room.release();
    }
  }

  private void took(Kind kind, long micros) {
    histogram(kind).recordValue(Math.min(LONGEST_MICROS, micros));
  }

  private AtomicHistogram histogram(Kind kind) {
    return Objects.requireNonNull(micros.get(kind), "each kind has one");
  }

  /** Right answers so far. */
  long answered() {
    return answered.sum();
  }

  /** What the latest failure said; empty if there was none. */
  String problem() {
    return problem.get();
  }

  List<Figure> figures() {
    var figures = new ArrayList<Figure>();
    long asked = answered.sum() + wrong.sum() + failed.sum() + leftOut.sum();
    figures.add(Figure.of("soak.requests.answered", (double) answered.sum(), "count", asked));
    figures.add(Figure.of("soak.requests.wrong", (double) wrong.sum(), "count", asked).exactly(0));
    figures.add(
        Figure.of("soak.requests.failed", (double) failed.sum(), "count", asked).exactly(0));
    figures.add(
        Figure.of("soak.requests.left-out", (double) leftOut.sum(), "count", asked).exactly(0));
    figures.add(Figure.of("soak.requests.unfinished", (double) unfinished.sum(), "count", asked));
    micros.forEach((kind, histogram) -> {
      String name = "soak.latency." + kind.name().toLowerCase(Locale.ROOT);
      for (int percent : new int[] {50, 99}) {
        double millis = histogram.getValueAtPercentile(percent) / 1e3;
        figures.add(Figure.of(name + ".p" + percent, millis, "ms", histogram.getTotalCount()));
      }
    });
    return figures;
  }
}
