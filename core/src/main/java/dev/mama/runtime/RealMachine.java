package dev.mama.runtime;

import dev.mama.Time;
import dev.mama.spi.Machine;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The machine that this process runs on. */
final class RealMachine implements Machine {

  static final RealMachine INSTANCE = new RealMachine();

  private final Random chance = new Random(); // thread-safe

  private RealMachine() {}

  @Override
  public Time time() {
    return Time.system();
  }

  @Override
  public int parallelism() {
    return Math.max(2, Runtime.getRuntime().availableProcessors());
  }

  @Override
  public ExecutorService threads(String group) {
    return Executors.newThreadPerTaskExecutor(
        Thread.ofVirtual().name("mama-" + group + "-", 0).factory());
  }

  /** As many platform threads as there are cores, none while there is nothing to do. */
  @Override
  public ExecutorService processors(String group) {
    int cores = Runtime.getRuntime().availableProcessors();
    // What waits here is bounded by the turns that wait for it.
    var pool =
        new ThreadPoolExecutor(
            cores,
            cores,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("mama-" + group + "-compute-", 1).factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  @Override
  public RandomGenerator chance() {
    return chance;
  }
}
