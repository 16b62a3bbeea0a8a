package dev.mama;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;

/**
 * Where the runtime takes its time from, so that a test can set it: what a group reads, waits for
 * and does later all goes by one of these.
 *
 * <p>Implementations are thread-safe.
 */
public interface Time {

  /** The wall clock, for what is stored and shown. */
  Instant now();

  /**
   * A clock that only moves forward, in nanoseconds from an arbitrary origin, for what is measured
   * and awaited.
   */
  long nanos();

  /**
   * Runs {@code task} once, after {@code delay}. What falls due at the same time runs in the order
   * it was scheduled.
   *
   * @param delay not negative; zero is as soon as this clock looks
   * @param task runs on the clock's own thread, which it must not make wait; what it throws is
   *     logged
   * @return takes it back; a task that has begun goes on
   * @throws IllegalArgumentException if {@code delay} is negative
   */
  Scheduled schedule(Duration delay, Runnable task);

  /**
   * Runs {@code task} once this clock has come to {@code atNanos}, in all else as {@link
   * #schedule}. A clock that stands and is moved keeps the time to the nanosecond, whatever moves
   * it meanwhile; for one that goes by itself that makes no difference.
   *
   * @param atNanos as of {@link #nanos}; what has passed is as soon as this clock looks
   */
  default Scheduled scheduleAt(long atNanos, Runnable task) {
    return schedule(Duration.ofNanos(Math.max(0, atNanos - nanos())), task);
  }

  /**
   * Waits until {@code duration} has passed on this clock; not at all where it is not positive.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  default void sleep(Duration duration) throws InterruptedException {
    if (!duration.isPositive()) {
      return;
    }
    var over = new CountDownLatch(1);
    Scheduled alarm = schedule(duration, over::countDown);
    try {
      over.await();
    } finally {
      alarm.cancel();
    }
  }

  /** The machine's clocks. */
  static Time system() {
    return SystemTime.INSTANCE;
  }
}
