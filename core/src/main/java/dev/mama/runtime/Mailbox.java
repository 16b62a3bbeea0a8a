package dev.mama.runtime;

import dev.mama.Time;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/*
 * A bounded queue of many producers and one consumer that costs an idle agent five fields.
 *
 * Producers push letters onto the stack `top`, each numbered one above the letter below it. Null is
 * an idle consumer: whoever replaces it activates the consumer. The consumer takes a stretch by
 * reading `top` only: what lies above `last`, where the stretch before ended. It turns the stretch
 * round into its private list `first`, so that one sender's messages keep their order, and is idle
 * once it has replaced `last` by null; if that fails, there is more. So there is no flag, exactly one
 * activation for each stretch of work, and one atomic step for a message.
 *
 * `done` is the number of the last letter handled, so the top's number less `done` is how many wait
 * or are being handled. A producer's look at both is good if its push succeeds, for a letter comes
 * to the top only once.
 */

/** The bounded mailbox of one agent: many producers, one consumer at a time. */
abstract class Mailbox {

  /** How long a sender waits for room until it looks once more; see {@link #handled}. */
  private static final long SECOND_LOOK_NANOS = 1_000_000;

  private static final VarHandle TOP;
  private static final VarHandle DONE;
  private static final VarHandle WAITERS;

  static {
    try {
      var lookup = MethodHandles.lookup();
      TOP = lookup.findVarHandle(Mailbox.class, "top", Letter.class);
      DONE = lookup.findVarHandle(Mailbox.class, "done", int.class);
      WAITERS = lookup.findVarHandle(Mailbox.class, "waiters", Queue.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile @Nullable Letter top;
  private int done; // written by the consumer, by its handle
  private @Nullable Letter first; // the consumer's own
  private @Nullable Letter last; // the consumer's own
  private volatile @Nullable Queue<Thread> waiters; // made when the mailbox first was full

  /** How many messages wait or are being handled. */
  final int size() {
    return size(top);
  }

  private int size(@Nullable Letter newest) {
    return newest == null ? 0 : newest.number - (int) DONE.getAcquire(this);
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
    Letter newest;
    do {
      newest = top;
      if (size(newest) > capacity) {
        return false;
      }
      letter.next = newest;
      letter.number = (newest == null ? (int) DONE.getAcquire(this) : newest.number) + 1;
    } while (!TOP.compareAndSet(this, newest, letter));
    if (newest == null) {
      activate(by);
    }
    return true;
  }

  /** Takes {@code letter} over, waiting for room at most {@code nanos} of {@code time}. */
  final boolean offer(Letter letter, int capacity, long nanos, Time time, @Nullable Worker by)
      throws InterruptedException {
    return await(() -> offer(letter, capacity, by), nanos, time);
  }

  /**
   * Waits until there is room, at most {@code nanos} of {@code time}; false if there was none.
   * Takes none: others may be faster.
   */
  final boolean awaitRoom(int capacity, long nanos, Time time) throws InterruptedException {
    return await(() -> size() <= capacity, nanos, time);
  }

  /** Stands in the line of those who wait for room, until {@code done} or the time is over. */
  private boolean await(BooleanSupplier done, long nanos, Time time) throws InterruptedException {
    long end = time.nanos() + nanos;
    Queue<Thread> line = line();
    Thread me = Thread.currentThread();
    line.add(me);
    try {
      for (long look = SECOND_LOOK_NANOS; !done.getAsBoolean(); look = Long.MAX_VALUE) {
        long now = time.nanos();
        if (end - now <= 0) {
          return false;
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        Waits.parkUntil(time, this, end - now <= look ? end : now + look);
      }
      return true;
    } finally {
      line.remove(me);
      wakeFirst(); // there may be room that this one was woken for and has not taken
    }
  }

  /**
   * Begins with {@code letters} as a stretch that the consumer has taken, without anybody being
   * activated; before anybody else knows this mailbox.
   */
  final void beginWith(List<Letter> letters) {
    int number = letters.size();
    for (Letter letter : letters.reversed()) {
      letter.number = number--;
      letter.next = first;
      first = letter;
      last = last == null ? letter : last;
    }
    top = last;
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

  /** The next message, or null if there is none. Consumer only. */
  final @Nullable Letter poll() {
    Letter letter = first == null ? take() : first;
    if (letter != null) {
      first = letter.next;
      letter.next = null; // it may outlive its neighbours
    }
    return letter;
  }

  /** All that has come since the last time, the oldest first. */
  private @Nullable Letter take() {
    Letter newest = top;
    Letter oldest = null;
    for (Letter letter = newest; letter != null && letter != last; ) {
      Letter below = letter.next;
      letter.next = oldest;
      oldest = letter;
      letter = below;
    }
    if (last == null && oldest != null) {
      // Its sender may have read the number before others ended an idleness that came meanwhile.
      DONE.setRelease(this, oldest.number - 1);
    }
    last = newest;
    return oldest;
  }

  /**
   * Tells that a polled message has been handled; true if the consumer is idle from now on.
   * Consumer only.
   *
   * <p>Within a stretch nothing keeps the processor from looking for waiting senders before others
   * can see the room; so each of them looks a second time before it sleeps for long.
   */
  final boolean handled() {
    DONE.setRelease(this, done + 1);
    boolean idle = first == null && becomeIdle();
    wakeFirst();
    return idle;
  }

  private boolean becomeIdle() {
    Letter handled = last;
    last = null; // before the step after which it may be another consumer's
    if (TOP.compareAndSet(this, handled, null)) {
      return true;
    }
    last = handled;
    return false;
  }
}
