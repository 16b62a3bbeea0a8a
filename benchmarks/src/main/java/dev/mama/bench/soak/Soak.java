package dev.mama.bench.soak;

import dev.mama.ExperimentId;
import dev.mama.bench.Bench.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A process under steady mixed load, on the whole path: a model's answers, memories, and help that
 * agents give each other, over a real broker, into a real database, with the real encoder; besides,
 * agents that are started and closed in cycles. What the process holds is read all along.
 */
public final class Soak {

  private static final long NAP_MILLIS = 100;

  /** Readings stop everybody, so they take a tenth of the time at most. */
  private static final long READING_SHARE = 9;

  private Soak() {}

  /**
   * Soaks for the time in {@code options}, or until {@code stop}; what was measured by then is
   * reported all the same.
   *
   * @param progress told of each reading, in seconds
   * @throws dev.mama.examples.InputException if broker or database cannot be started here
   * @throws InterruptedException if interrupted; what was opened is closed
   */
  public static SoakReport run(SoakOptions options, Progress progress, BooleanSupplier stop)
      throws InterruptedException {
    progress.at(0, options.time().toSeconds(), "starting broker, database and encoder");
    try (SoakParts parts = SoakParts.real(options.seed())) {
      return run(parts, options, progress, stop);
    }
  }

  /**
   * The same without servers and with a fake encoder: to see that the soak works, not what it
   * finds.
   *
   * @param folder where memories are kept
   */
  public static SoakReport inMemory(
      Path folder, SoakOptions options, Progress progress, BooleanSupplier stop)
      throws InterruptedException {
    try (SoakParts parts = SoakParts.inMemory(options.seed(), folder)) {
      return run(parts, options, progress, stop);
    }
  }

  private static SoakReport run(
      SoakParts parts, SoakOptions options, Progress progress, BooleanSupplier stop)
      throws InterruptedException {
    var experiment = ExperimentId.of("soak-" + System.currentTimeMillis());
    long seconds = options.time().toSeconds();
    try (SoakAgents agents = SoakAgents.start(parts, experiment, options.seed());
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var load = new SoakLoad(agents, options.perSecond());
      var cycles = new Cycles(parts, experiment, options);
      try (var watch = new Watch(load::answered, cycles::closed, System::nanoTime)) {
        var running = new ArrayList<Future<Boolean>>();
        running.add(
            threads.submit(() -> {
              load.run(options.time(), stop);
              return true;
            }));
        running.add(
            threads.submit(() -> {
              cycles.run(stop);
              return true;
            }));
        long start = System.nanoTime();
        while (!running.stream().allMatch(Future::isDone)) {
          long before = System.nanoTime();
          watch.read();
          long now = System.nanoTime();
          long done = Math.min(seconds, (now - start) / 1_000_000_000);
          progress.at(done, seconds, "%,d answers".formatted(load.answered()));
          long pause = Math.max(options.pause().toNanos(), READING_SHARE * (now - before));
          while (System.nanoTime() < now + pause && !running.stream().allMatch(Future::isDone)) {
            TimeUnit.MILLISECONDS.sleep(NAP_MILLIS);
          }
        }
        for (Future<Boolean> each : running) {
          each.get();
        }
        watch.read();
        return SoakReport.of(options, watch, load, cycles, stop.getAsBoolean());
      } catch (ExecutionException e) {
        throw new IllegalStateException("the soak's load broke off", e.getCause());
      }
    }
  }
}
