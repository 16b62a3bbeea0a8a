package dev.mama.runtime;

import dev.mama.Time;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/*
 * A bounded queue of many producers and one consumer that costs an idle agent four fields.
 *
 * size counts what waits and what is being handled. A producer first raises it, by compare-and-set
 * against the bound, then pushes its letter onto the stack `top`. Whoever raises it from 0 activates
 * the consumer; the consumer lowers it after each message and is idle when it reaches 0. So there is
 * no flag besides it, and exactly one activation for each stretch of work.
 *
 * The consumer takes the whole stack at once and turns it round into its private list `first`; one
 * sender's messages so keep their order. Between a producer's two steps it may find nothing although
 * size says otherwise: then it comes back later instead of spinning.
 */

/** The bounded mailbox of one agent: many producers, one consumer at a time. */
abstract class Mailbox {

  private static final VarHandle SIZE;
  private static final VarHandle TOP;
  private static final VarHandle WAITERS;

  static {
    try {
      var lookup = MethodHandles.lookup();
      SIZE = lookup.findVarHandle(Mailbox.class, "size", int.class);
      TOP = lookup.findVarHandle(Mailbox.class, "top", Letter.class);
      WAITERS = lookup.findVarHandle(Mailbox.class, "waiters", Queue.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int size;
  private volatile @Nullable Letter top;
  private @Nullable Letter first; // the consumer's own
  private volatile @Nullable Queue<Thread> waiters; // made when the mailbox first was full

  /** How many messages wait or are being handled. */
  final int size() {
    return size;
  }

  /** Called by the producer that ends the consumer's idleness. */
  abstract void activate(@Nullable Worker by);

  /**
   * Takes {@code letter} over if there is room now: for {@code capacity} messages besides the one
   * being handled.
   *
   * @param by the worker whose turn sends, or null
   */
  final boolean offer(Letter letter, int capacity, @Nullable Worker by) {
    int before;
    do {
      before = size;
      if (before > capacity) {
        return false;
      }
    } while (!SIZE.compareAndSet(this, before, before + 1));
    Letter below;
    do {
      below = top;
      letter.next = below;
    } while (!TOP.compareAndSet(this, below, letter));
    if (before == 0) {
      activate(by);
    }
    return true;
  }

  /** Takes {@code letter} over, waiting for room at most {@code nanos} of {@code time}. */
  final boolean offer(Letter letter, int capacity, long nanos, Time time, @Nullable Worker by)
      throws InterruptedException {
    long end = time.nanos() + nanos;
    Queue<Thread> line = line();
    Thread me = Thread.currentThread();
    line.add(me);
    try {
      while (!offer(letter, capacity, by)) {
        long left = end - time.nanos();
        if (left <= 0) {
          return false;
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        Waits.parkNanos(time, this, left);
      }
      return true;
    } finally {
      line.remove(me);
      wakeFirst(); // it may have been woken for room that it did not take
    }
  }

  @SuppressWarnings("unchecked") // the field's only type
  private Queue<Thread> line() {
    Queue<Thread> line = waiters;
    if (line == null) {
      line = new ConcurrentLinkedQueue<>();
      var before = (Queue<Thread>) WAITERS.compareAndExchange(this, null, line);
      line = before == null ? line : before;
    }
    return line;
  }

  private void wakeFirst() {
    Queue<Thread> line = waiters;
    if (line != null) {
      Thread thread = line.peek();
      if (thread != null) {
        LockSupport.unpark(thread);
      }
    }
  }

  /**
   * The next message; null if its producer has announced it and not yet put it there. Consumer
   * only.
   */
  final @Nullable Letter poll() {
    Letter letter = first;
    if (letter == null) {
      letter = reversed((Letter) TOP.getAndSet(this, null));
      if (letter == null) {
        return null;
      }
    }
    first = letter.next;
    letter.next = null; // it may outlive its neighbours
    return letter;
  }

  private static @Nullable Letter reversed(@Nullable Letter letter) {
    Letter turned = null;
    while (letter != null) {
      Letter next = letter.next;
      letter.next = turned;
      turned = letter;
      letter = next;
    }
    return turned;
  }

  /**
   * Tells that a polled message has been handled; true if the consumer is idle from now on.
   * Consumer only.
   */
  final boolean handled() {
    boolean idle = (int) SIZE.getAndAdd(this, -1) == 1;
    wakeFirst();
    return idle;
  }
}
