package dev.mama.runtime;

import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A group's platform threads for heavy arithmetic: as many as there are cores, none while there is
 * nothing to do.
 */
final class Compute implements AutoCloseable {

  private static final int THREADS = Runtime.getRuntime().availableProcessors();

  private final ThreadPoolExecutor pool;

  Compute(String group) {
    // What waits here is bounded by the turns that wait for it.
    pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("mama-" + group + "-compute-", 1).factory());
    pool.allowCoreThreadTimeOut(true);
  }

  <T> Future<T> submit(Callable<T> arithmetic) {
    return pool.submit(arithmetic);
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
