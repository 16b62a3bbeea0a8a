package dev.mama.testkit;

import dev.mama.Scheduled;
import dev.mama.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A clock that stands still until a test moves it. It begins at {@link #START}; both readings move
 * together, and what falls due on the way runs at its own moment, on the thread that moves the
 * clock.
 *
 * <p>A group on this clock waits by it too: deadlines, pauses, limits and schedules.
 *
 * <p>Thread-safe.
 */
public final class ManualTime implements Time {

  private static final Logger LOG = LoggerFactory.getLogger(ManualTime.class);

  /** What {@link #now()} shows at first. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** A place in the line of what is to come: by time, then in the order it was scheduled. */
  private record Due(long atNanos, long number) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final ReentrantLock moving = new ReentrantLock(); // held while tasks run
  private final Object lock = new Object();
  private final TreeMap<Due, Runnable> toCome = new TreeMap<>(); // by the lock
  private long numbers; // by the lock
  private volatile long nanos;

  /**
   * Moves the clock forward, and runs what falls due on the way, one after another, each at its
   * time; what that schedules runs too if it falls due. A second thread waits for the first.
   *
   * @throws IllegalArgumentException if {@code duration} is negative
   */
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("time cannot go back by %s".formatted(duration.negated()));
    }
    moving.lock();
    try {
      long end = Math.addExact(nanos, duration.toNanos());
      while (runNext(end)) {
        // the clock stands at what ran last
      }
      moveTo(end);
    } finally {
      moving.unlock();
    }
  }

  /**
   * Moves to the first task that is due by {@code endNanos} and runs it; false if there is none.
   */
  boolean runNext(long endNanos) {
    moving.lock();
    try {
      Runnable task = takeDue(endNanos);
      if (task == null) {
        return false;
      }
      run(task);
      return true;
    } finally {
      moving.unlock();
    }
  }

  private @Nullable Runnable takeDue(long endNanos) {
    synchronized (lock) {
      if (toCome.isEmpty() || toCome.firstKey().atNanos() > endNanos) {
        return null;
      }
      var first = toCome.pollFirstEntry();
      moveTo(first.getKey().atNanos());
      return first.getValue();
    }
  }

  // Foreign code, whose failure must not end what else is scheduled.
  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a scheduled task failed", e);
    }
  }

  private void moveTo(long atNanos) {
    synchronized (lock) {
      nanos = Math.max(nanos, atNanos); // a task may have moved the clock itself
    }
  }

  /** When something falls due next, on {@link #nanos}; empty if nothing is scheduled. */
  OptionalLong nextDue() {
    synchronized (lock) {
      return toCome.isEmpty() ? OptionalLong.empty() : OptionalLong.of(toCome.firstKey().atNanos());
    }
  }

  /** How many tasks are still to come. */
  public int scheduled() {
    synchronized (lock) {
      return toCome.size();
    }
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay %s must not be negative".formatted(delay));
    }
    synchronized (lock) {
      return scheduleAt(Math.addExact(nanos, delay.toNanos()), task);
    }
  }

  @Override
  public Scheduled scheduleAt(long atNanos, Runnable task) {
    synchronized (lock) {
      var due = new Due(Math.max(nanos, atNanos), numbers++);
      toCome.put(due, task);
      return () -> {
        synchronized (lock) {
          toCome.remove(due);
        }
      };
    }
  }

  @Override
  public Instant now() {
    return START.plusNanos(nanos);
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public String toString() {
    return now().toString();
  }
}
