package dev.mama;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's clocks. One daemon thread serves all that is scheduled in a process; it ends when
 * there has been nothing to do for ten seconds.
 */
final class SystemTime implements Time {

  static final SystemTime INSTANCE = new SystemTime();

  private static final Logger LOG = LoggerFactory.getLogger(SystemTime.class);

  private final ScheduledThreadPoolExecutor timer = timer();

  private SystemTime() {}

  private static ScheduledThreadPoolExecutor timer() {
    var timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("mama-time").factory());
    timer.setRemoveOnCancelPolicy(true); // what is cancelled must not be held until it was due
    timer.setKeepAliveTime(10, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    return timer;
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay %s must not be negative".formatted(delay));
    }
    long nanos = TimeUnit.NANOSECONDS.convert(delay); // at most some 292 years
    var due = timer.schedule(() -> run(task), nanos, TimeUnit.NANOSECONDS);
    return () -> due.cancel(false);
  }

  // Foreign code, whose failure must not end what else is scheduled.
  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a scheduled task failed", e);
    }
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    Thread.sleep(duration); // no task and no latch where the machine waits by itself
  }
}
