package dev.mama.pg;

import dev.mama.StorageException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many events a lane has accepted and how many of them it is done with, since the start; and
 * who waits for that.
 *
 * <p>Thread-safe, by the lane's own lock.
 */
final class Backlog {

  private final ReentrantLock lock;
  private final Condition work;
  private final Condition progress;

  private long accepted;
  private long done;
  private long wanted;
  private long oldestMillis;
  private boolean ended;

  /**
   * @param work is signalled when somebody wants what waits to be written
   */
  Backlog(ReentrantLock lock, Condition work) {
    this.lock = lock;
    this.work = work;
    this.progress = lock.newCondition();
  }

  void accept(int events, long atMillis) {
    lock.lock();
    try {
      oldestMillis = accepted == done ? atMillis : oldestMillis;
      accepted += events;
    } finally {
      lock.unlock();
    }
  }

  /** {@code events} of those accepted are written, lost, or were not accepted after all. */
  void finish(int events) {
    lock.lock();
    try {
      done += events;
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The oldest event that waits was accepted then, to the batch. */
  void oldest(long atMillis) {
    lock.lock();
    try {
      oldestMillis = atMillis;
    } finally {
      lock.unlock();
    }
  }

  /** Has what is accepted by now written soon. */
  void want() {
    lock.lock();
    try {
      wanted = Math.max(wanted, accepted);
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody waits for events that are not done. */
  boolean isWanted() {
    lock.lock();
    try {
      return wanted > done;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until all that was accepted before is done with.
   *
   * @throws StorageException if the writer has ended and some of it waits in the spool
   */
  void flush() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long target = accepted;
      want();
      while (done < target && !ended) {
        progress.await();
      }
      if (done < target) {
        throw new StorageException(
            "the log is closed and %,d events wait in its spool until one is opened with it"
                .formatted(target - done),
            null);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The writer has ended, and {@code lost} events are neither written nor in the spool. */
  void end(long lost) {
    lock.lock();
    try {
      ended = true;
      done += lost;
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    return waiting() == 0;
  }

  /** Events that are accepted and not done. */
  long waiting() {
    lock.lock();
    try {
      return accepted - done;
    } finally {
      lock.unlock();
    }
  }

  long accepted() {
    lock.lock();
    try {
      return accepted;
    } finally {
      lock.unlock();
    }
  }

  /** When the oldest event that waits was accepted, to the batch; 0 if none waits. */
  long oldestMillis() {
    lock.lock();
    try {
      return accepted == done ? 0 : oldestMillis;
    } finally {
      lock.unlock();
    }
  }
}
