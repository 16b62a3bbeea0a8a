package dev.mama.registry;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The line before a {@link Scribe}, and its thread. While one block is on its way to the disk, what
 * comes in makes the next; there is no timer.
 *
 * <p>Thread-safe.
 */
final class BookQueue {

  private final Scribe scribe;
  private final Path folder;
  private final int most;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();

  private List<Scribe.Order> filling = new ArrayList<>();
  private Receipt receipt = new Receipt();
  private int size;
  private boolean closing;
  private Runnable afterBlock = () -> {};

  BookQueue(Scribe scribe, Path folder, int most) {
    this.scribe = scribe;
    this.folder = folder;
    this.most = most;
    this.thread = Thread.ofPlatform().name("mama-ledger").daemon().unstarted(this::work);
  }

  /** Starts the thread, which runs {@code afterBlock} after each block. */
  void start(Runnable afterBlock) {
    this.afterBlock = afterBlock;
    thread.start();
  }

  /** How many pieces of evidence go into one block. */
  int most() {
    return most;
  }

  /**
   * @throws IllegalArgumentException if so much evidence does not go into one block
   */
  void checkSize(int entries) {
    if (entries > most) {
      throw new IllegalArgumentException(
          "%d pieces of evidence at once; a block takes %d, so submit them in parts"
              .formatted(entries, most));
    }
  }

  /**
   * Puts {@code order} in line; waits while a whole block waits already.
   *
   * @throws LedgerException if the queue is closed
   */
  Receipt submit(Scribe.Order order) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (isFull(order) && !closing) {
        room.await();
      }
      return add(order);
    } finally {
      lock.unlock();
    }
  }

  /** The same, waiting however often it is interrupted. */
  Receipt submitUninterruptibly(Scribe.Order order) {
    lock.lock();
    try {
      while (isFull(order) && !closing) {
        room.awaitUninterruptibly();
      }
      return add(order);
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull(Scribe.Order order) {
    return size > 0 && size + order.size() > most;
  }

  private Receipt add(Scribe.Order order) {
    if (closing) {
      throw new LedgerException(new LedgerFault.Closed(folder), null);
    }
    filling.add(order);
    size += order.size();
    if (filling.size() == 1) {
      work.signal();
    }
    return receipt;
  }

  /** Writes what is in line, and ends the thread. */
  void close() {
    lock.lock();
    try {
      closing = true;
      work.signal();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    Ending.await(thread);
  }

  private void work() {
    while (true) {
      List<Scribe.Order> orders;
      Receipt given;
      lock.lock();
      try {
        while (filling.isEmpty() && !closing) {
          work.awaitUninterruptibly();
        }
        if (filling.isEmpty()) {
          return;
        }
        orders = filling;
        given = receipt;
        filling = new ArrayList<>();
        receipt = new Receipt();
        size = 0;
        room.signalAll();
      } finally {
        lock.unlock();
      }
      write(orders, given);
    }
  }

  private void write(List<Scribe.Order> orders, Receipt given) {
    try {
      scribe.write(orders);
      given.succeed();
      afterBlock.run();
    } catch (LedgerException e) {
      given.fail(e);
    } catch (RuntimeException | Error e) {
      given.fail(
          new LedgerException(new LedgerFault.Closed(folder), e)); // nobody may wait for ever
      closeAfter(e);
      throw e;
    }
  }

  /** The ledger met an error of its own: what is in memory may not be what is on disk. */
  private void closeAfter(Throwable cause) {
    lock.lock();
    try {
      closing = true;
      receipt.fail(new LedgerException(new LedgerFault.Closed(folder), cause));
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
