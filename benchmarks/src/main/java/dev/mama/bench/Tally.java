package dev.mama.bench;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Counts what agents have handled in one round, and lets whoever started the round wait for its
 * end.
 *
 * <p>Each agent counts for itself, in a cache line of its own; the counts are right once the round
 * has ended, because every message happens before the end of the round.
 *
 * <p>Thread-safe as far as each agent counts in its own turns.
 */
final class Tally {

  private static final int APART = 8;

  private final String what;
  private final long[] handled;
  private final Duration limit;
  private final Semaphore ended = new Semaphore(0);

  /**
   * @param what the question and who answers it, for the error
   * @param limit how long a round takes at most
   */
  Tally(String what, int agents, Duration limit) {
    this.what = what;
    this.handled = new long[agents * APART];
    this.limit = limit;
  }

  /** Counts one message of {@code agent}; returns how many it has handled in this round. */
  long handled(int agent) {
    return ++handled[agent * APART];
  }

  /** One part of the round has ended. */
  void partEnded() {
    ended.release();
  }

  /**
   * Waits for the end of one part, which then does not count for the end of the round.
   *
   * @param messages how many must have been handled by the time all parts have ended
   * @throws IllegalStateException if none ended within the limit; it says how many were lost
   */
  void awaitPart(long messages) throws InterruptedException {
    if (!ended.tryAcquire() && !ended.tryAcquire(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      check(messages);
      throw late();
    }
  }

  /**
   * Waits for the end of a round of {@code parts}, and makes ready for the next.
   *
   * @param messages how many must have been handled
   * @throws IllegalStateException if messages were lost or handled twice; it says how many
   */
  void await(int parts, long messages) throws InterruptedException {
    boolean all = ended.tryAcquire(parts, limit.toMillis(), TimeUnit.MILLISECONDS);
    check(messages);
    if (!all) {
      throw late();
    }
  }

  private void check(long messages) {
    long counted = 0;
    for (int i = 0; i < handled.length; i += APART) {
      counted += handled[i];
      handled[i] = 0;
    }
    if (counted < messages) {
      throw new IllegalStateException(
          "%s: %,d of %,d messages were lost".formatted(what, messages - counted, messages));
    }
    if (counted > messages) {
      throw new IllegalStateException(
          "%s: %,d messages were handled, %,d too many"
              .formatted(what, counted, counted - messages));
    }
  }

  private IllegalStateException late() {
    return new IllegalStateException(
        "%s: all messages were handled, but the round did not end within %s"
            .formatted(what, limit));
  }
}
