package dev.mama.runtime;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the messages that a group has accepted for its own agents and those it has finished; lets
 * a closer wait until they are as many.
 */
final class Outstanding {

  private final LongAdder accepted = new LongAdder();
  private final LongAdder finished = new LongAdder();

  void add() {
    accepted.increment();
  }

  void done() {
    finished.increment();
  }

  long count() {
    long done = finished.sum();
    return accepted.sum() - done;
  }

  /** How many have been finished since the beginning. */
  long finished() {
    return finished.sum();
  }

  /** Waits until there are none; false if {@code limit} ran out first. */
  boolean awaitNone(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    // Finished is read first: both only grow, so where the sums agree there was a moment without
    // any.
    while (count() > 0) {
      if (System.nanoTime() - end >= 0) {
        return false;
      }
      Thread.sleep(Duration.ofMillis(1));
    }
    return true;
  }
}
