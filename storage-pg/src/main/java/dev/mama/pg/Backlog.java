package dev.mama.pg;

import dev.mama.StorageException;
import java.util.ArrayList;
import java.util.List;
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
  private final List<Flush> flushes = new ArrayList<>();

  private long accepted;
  private long withdrawn;
  private long done;
  private long wanted;
  private long oldestMillis;
  private boolean ended;

  /** Somebody who waits until so many events are done: those accepted up to the last one. */
  private static final class Flush {
    private final long last;
    private long until;

    Flush(long last, long until) {
      this.last = last;
      this.until = until;
    }
  }

  /**
   * @param work is signalled when somebody wants what waits to be written
   */
  Backlog(ReentrantLock lock, Condition work) {
    this.lock = lock;
    this.work = work;
    this.progress = lock.newCondition();
  }

  /** Counts {@code events} in; returns the number of the last of them. */
  long accept(int events, long atMillis) {
    lock.lock();
    try {
      oldestMillis = waiting() == 0 ? atMillis : oldestMillis;
      accepted += events;
      return accepted;
    } finally {
      lock.unlock();
    }
  }

  /** The event of that number was not accepted after all; no flush waits for it. */
  void withdraw(long number) {
    lock.lock();
    try {
      withdrawn++;
      for (Flush flush : flushes) {
        flush.until -= number <= flush.last ? 1 : 0;
      }
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** {@code events} more of those accepted, in their order, are written or lost. */
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
      wanted = Math.max(wanted, accepted - withdrawn);
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
      var flush = new Flush(accepted, accepted - withdrawn);
      flushes.add(flush);
      try {
        want();
        while (done < flush.until && !ended) {
          progress.await();
        }
      } finally {
        flushes.remove(flush);
      }
      if (done < flush.until) {
        throw new StorageException(
            "the log is closed and %,d events wait in its spool until one is opened with it"
                .formatted(flush.until - done),
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
      return accepted - withdrawn - done;
    } finally {
      lock.unlock();
    }
  }

  long accepted() {
    lock.lock();
    try {
      return accepted - withdrawn;
    } finally {
      lock.unlock();
    }
  }

  /** When the oldest event that waits was accepted, to the batch; 0 if none waits. */
  long oldestMillis() {
    lock.lock();
    try {
      return waiting() == 0 ? 0 : oldestMillis;
    } finally {
      lock.unlock();
    }
  }
}
