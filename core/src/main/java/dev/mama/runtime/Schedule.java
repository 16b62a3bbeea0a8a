package dev.mama.runtime;

import dev.mama.Scheduled;
import dev.mama.Time;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a group does later, on its time; nothing of it happens once the group has closed. Tasks run
 * on the clock's thread and must not wait.
 */
final class Schedule implements AutoCloseable {

  private static final Duration AGAIN = Duration.ofMillis(10);

  private final Time time;
  private final Set<Task> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Schedule(Time time) {
    this.time = time;
  }

  /** Something that comes once or several times, until it is cancelled. */
  private abstract class Task implements Scheduled, Runnable {
    private @Nullable Scheduled due; // by the monitor
    private boolean over; // by the monitor

    final synchronized void comesIn(Duration delay) {
      if (!over) {
        due = time.schedule(delay, this);
      }
    }

    @Override
    public final void cancel() {
      open.remove(this);
      Scheduled last;
      synchronized (this) {
        over = true;
        last = due;
      }
      if (last != null) {
        last.cancel();
      }
    }

    final synchronized boolean isOver() {
      return over;
    }
  }

  /**
   * Calls {@code attempt} after {@code delay}, and again soon as long as it says false.
   *
   * @throws IllegalArgumentException if {@code delay} is negative
   */
  Scheduled once(Duration delay, BooleanSupplier attempt) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay %s must not be negative".formatted(delay));
    }
    return begin(
        delay,
        new Task() {
          @Override
          public void run() {
            if (isOver()) {
              return;
            }
            boolean again = false;
            try {
              again = !attempt.getAsBoolean();
            } finally {
              if (again) {
                comesIn(AGAIN);
              } else {
                open.remove(this);
              }
            }
          }
        });
  }

  /**
   * Calls {@code attempt} every {@code period}, the first time after one, by the clock: however
   * long a call takes, the later ones do not move.
   *
   * @throws IllegalArgumentException if {@code period} is not positive
   */
  Scheduled every(Duration period, Runnable attempt) {
    if (!period.isPositive()) {
      throw new IllegalArgumentException("period %s must be positive".formatted(period));
    }
    long first = time.nanos();
    return begin(
        period,
        new Task() {
          private long passed; // confined to the clock's thread

          @Override
          public void run() {
            if (isOver()) {
              return;
            }
            passed++;
            Duration next = period.multipliedBy(passed + 1).minusNanos(time.nanos() - first);
            comesIn(next.isNegative() ? Duration.ZERO : next);
            attempt.run();
          }
        });
  }

  private Scheduled begin(Duration delay, Task task) {
    open.add(task);
    task.comesIn(delay);
    if (closed) {
      task.cancel(); // it may have come too late to be cancelled by close
    }
    return task;
  }

  /** Takes everything back that is still to come. */
  @Override
  public void close() {
    closed = true;
    open.forEach(Task::cancel);
  }
}
