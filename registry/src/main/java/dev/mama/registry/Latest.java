package dev.mama.registry;

import dev.mama.AgentId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * News of agents on their way to one worker: of an agent with more news than the worker takes, the
 * latest.
 *
 * <p>Thread-safe.
 */
final class Latest<V> {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition done = lock.newCondition();

  // By the lock.
  private Map<AgentId, V> waiting = new LinkedHashMap<>();
  private boolean working;
  private boolean closed;
  private boolean ended;

  /** Takes {@code news} in place of what waits of {@code agent}; nothing, once it is closed. */
  void put(AgentId agent, V news) {
    lock.lock();
    try {
      if (!closed) {
        waiting.put(agent, news);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * All there are, for the worker, who is done with those before; waits until there are some. Empty
   * where it is closed and no more will come.
   */
  Map<AgentId, V> take() throws InterruptedException {
    lock.lock();
    try {
      working = false;
      done.signalAll();
      while (waiting.isEmpty() && !closed) {
        changed.await();
      }
      Map<AgentId, V> taken = waiting;
      waiting = new LinkedHashMap<>();
      working = !taken.isEmpty();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes back what the worker could not do, where nothing newer has come, and waits so long or
   * until it is closed; false if it was closed before, and then nothing is taken back.
   */
  boolean takeBack(Map<AgentId, V> left, long millis) throws InterruptedException {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      left.putAll(waiting);
      waiting = left;
      long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
      while (!closed && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the worker is done with all that was put so far, or has ended. */
  void await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while ((working || !waiting.isEmpty()) && !ended) {
        done.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing more; what waits is still for the worker. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The worker's last word: lets those go who wait for it. */
  void ended() {
    lock.lock();
    try {
      ended = true;
      done.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
