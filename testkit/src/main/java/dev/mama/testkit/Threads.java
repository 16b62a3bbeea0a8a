package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;

/** Runs a contract's concurrent part: all threads at once, and an end in any case. */
final class Threads {

  private static final int LONGEST_SECONDS = 60;

  private Threads() {}

  /**
   * Runs {@code work} with 0 to {@code threads} - 1, each on its own thread, and waits for all.
   *
   * @throws AssertionError if one of them fails or takes more than a minute
   */
  static void run(int threads, IntConsumer work) throws InterruptedException {
    var start = new CountDownLatch(threads);
    var pool = Executors.newFixedThreadPool(threads);
    try {
      var runs = new ArrayList<Future<?>>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        runs.add(
            pool.submit(() -> {
              start.countDown();
              assertThat(start.await(LONGEST_SECONDS, TimeUnit.SECONDS)).isTrue();
              work.accept(thread);
              return null;
            }));
      }
      for (Future<?> run : runs) {
        run.get(LONGEST_SECONDS, TimeUnit.SECONDS);
      }
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("one of %d threads failed".formatted(threads), e);
    } finally {
      pool.shutdownNow();
    }
  }
}
