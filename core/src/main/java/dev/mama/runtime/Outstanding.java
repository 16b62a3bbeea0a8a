package dev.mama.runtime;

import dev.mama.Time;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts the messages that a group has sent, accepted for its own agents, and finished; lets a
 * closer wait until all that were accepted are finished.
 *
 * <p>Each message counts three times and has an id, so a worker has a share of its own, which
 * nobody else writes and which takes no atomic step; all other threads use adders.
 */
final class Outstanding {

  // Places in a share and among the adders; a share has room before and after them, so that no
  // cache line belongs to two.
  private static final int SENT = 7;
  private static final int ACCEPTED = 8;
  private static final int FINISHED = 9;
  private static final int IDS = 10;
  private static final int LENGTH = 16;

  /** What one worker at a time counts. Read by others; none of it ever decreases. */
  static final class Share {
    private final AtomicLongArray counts = new AtomicLongArray(LENGTH);
    private final long incarnation;

    private Share(long incarnation) {
      this.incarnation = incarnation;
    }

    /** Upper half of the ids of what this share's worker sends. */
    long incarnation() {
      return incarnation;
    }

    /** Lower half of the next id. */
    long nextId() {
      return count(IDS);
    }

    private long count(int what) {
      long next = counts.getPlain(what) + 1;
      counts.setRelease(what, next);
      return next;
    }
  }

  private final Incarnations incarnations;
  private final Queue<Share> shares = new ConcurrentLinkedQueue<>();
  private final Queue<Share> free = new ConcurrentLinkedQueue<>();
  private final LongAdder[] others = new LongAdder[LENGTH];

  Outstanding(Incarnations incarnations) {
    this.incarnations = incarnations;
    for (int what : new int[] {SENT, ACCEPTED, FINISHED}) {
      others[what] = new LongAdder();
    }
  }

  /** A share for a worker, to be given back when it ends. */
  Share take() {
    Share share = free.poll();
    if (share == null) {
      share = new Share(incarnations.next());
      shares.add(share);
    }
    return share;
  }

  void giveBack(Share share) {
    free.add(share);
  }

  /**
   * A message was sent.
   *
   * @param by the worker whose turn this is, or null
   */
  void sent(@Nullable Worker by) {
    count(SENT, by);
  }

  /** A message was accepted, or is about to be. */
  void add(@Nullable Worker by) {
    count(ACCEPTED, by);
  }

  /** A message is done with, or was not accepted after all. */
  void done(@Nullable Worker by) {
    count(FINISHED, by);
  }

  private void count(int what, @Nullable Worker by) {
    if (by == null) {
      others[what].increment();
    } else {
      by.share().count(what);
    }
  }

  long count() {
    // Finished is read first: both only grow, so where the sums agree there was a moment without
    // any.
    long done = finished();
    return sum(ACCEPTED) - done;
  }

  /** How many have been sent since the beginning. */
  long sent() {
    return sum(SENT);
  }

  /** How many have been finished since the beginning. */
  long finished() {
    return sum(FINISHED);
  }

  private long sum(int what) {
    long sum = others[what].sum();
    for (Share share : shares) {
      sum += share.counts.getAcquire(what);
    }
    return sum;
  }

  /** Waits until there are none; false if {@code limit} ran out first. */
  boolean awaitNone(Duration limit, Time time) throws InterruptedException {
    long end = time.nanos() + limit.toNanos();
    while (count() > 0) {
      if (time.nanos() - end >= 0) {
        return false;
      }
      time.sleep(Duration.ofMillis(1));
    }
    return true;
  }
}
