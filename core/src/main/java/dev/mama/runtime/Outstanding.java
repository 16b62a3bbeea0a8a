package dev.mama.runtime;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the messages that a group has accepted for its own agents and not finished; lets a closer
 * wait for none.
 */
final class Outstanding {

  private final AtomicLong count = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition none = lock.newCondition();
  private volatile boolean awaited;

  void add() {
    count.incrementAndGet();
  }

  void done() {
    if (count.decrementAndGet() <= 0 && awaited) {
      lock.lock();
      try {
        none.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  long count() {
    return Math.max(0, count.get());
  }

  /** Waits until there are none; false if {@code limit} ran out first. */
  boolean awaitNone(Duration limit) throws InterruptedException {
    awaited = true;
    long left = limit.toNanos();
    lock.lock();
    try {
      while (count.get() > 0 && left > 0) {
        left = none.awaitNanos(left);
      }
      return count.get() <= 0;
    } finally {
      lock.unlock();
    }
  }
}
