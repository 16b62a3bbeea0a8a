package dev.mama.runtime;

import dev.mama.Scheduled;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Sends agents messages of their own later, all of a group's from one timer. */
final class Schedule {

  private static final Duration AGAIN = Duration.ofMillis(10);

  private final ScheduledExecutorService timer;

  Schedule(ScheduledExecutorService timer) {
    this.timer = timer;
  }

  /**
   * @param attempt sends the message without waiting; false if it must be tried again
   */
  Scheduled once(Duration delay, BooleanSupplier attempt) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay %s must not be negative".formatted(delay));
    }
    var cancelled = new AtomicBoolean();
    later(delay, cancelled, attempt);
    return () -> cancelled.set(true);
  }

  private void later(Duration delay, AtomicBoolean cancelled, BooleanSupplier attempt) {
    if (!timer.isShutdown()) {
      var unused =
          timer.schedule(
              () -> {
                if (!cancelled.get() && !attempt.getAsBoolean()) {
                  later(AGAIN, cancelled, attempt);
                }
              },
              delay.toNanos(),
              TimeUnit.NANOSECONDS);
    }
  }

  /**
   * @param attempt sends the message without waiting, if it can
   */
  Scheduled every(Duration period, Runnable attempt) {
    if (!period.isPositive()) {
      throw new IllegalArgumentException("period %s must be positive".formatted(period));
    }
    long nanos = period.toNanos();
    var task = timer.scheduleAtFixedRate(attempt, nanos, nanos, TimeUnit.NANOSECONDS);
    return () -> task.cancel(false);
  }
}
