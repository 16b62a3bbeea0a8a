package dev.mama.runtime;

import dev.mama.Scheduled;
import dev.mama.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits that end at a time of the group's clock, or whatever happens. The machine's clock is waited
 * for by the thread itself; of another one an alarm tells.
 */
final class Waits {

  private Waits() {}

  /** A wait that an interrupt ends. */
  interface Wait<T> {
    T get() throws InterruptedException;
  }

  /** What {@code wait} returns, however often it is interrupted; the thread is told afterwards. */
  static <T> T surely(Wait<T> wait) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return wait.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * As {@link LockSupport#parkNanos(Object, long)}, until {@code end} on {@code time}: it may
   * return before its time.
   */
  static void parkUntil(Time time, Object blocker, long end) {
    if (time.equals(Time.system())) {
      LockSupport.parkNanos(blocker, end - time.nanos());
      return;
    }
    Thread me = Thread.currentThread();
    Scheduled alarm = time.scheduleAt(end, () -> LockSupport.unpark(me));
    try {
      if (end - time.nanos() > 0) {
        LockSupport.park(blocker);
      }
    } finally {
      alarm.cancel();
    }
  }

  /**
   * What {@code future} is completed with, which must be a result; once time has run out it is
   * completed for good and takes none.
   *
   * @throws TimeoutException if {@code limit} ran out first
   */
  static <T> T get(Time time, CompletableFuture<T> future, Duration limit)
      throws InterruptedException, TimeoutException {
    try {
      if (time.equals(Time.system())) {
        return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      }
      Scheduled alarm =
          time.schedule(limit, () -> future.completeExceptionally(new TimeoutException()));
      try {
        return future.get();
      } finally {
        alarm.cancel();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException timeout) {
        throw timeout;
      }
      throw new IllegalStateException("what is awaited is never completed with a failure", e);
    }
  }
}
