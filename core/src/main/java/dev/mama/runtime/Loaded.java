package dev.mama.runtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The durable agents in memory. When there are too many, those that had no turn since they were
 * last looked at are let go ("second chance"): each gets a letter that tells it so, and leaves in
 * its own turn.
 *
 * <p>Thread-safe, without a lock.
 */
final class Loaded {

  /** So many agents are looked at for each that comes. */
  private static final int LOOKS = 8;

  /** So many for each turn of one that is there. */
  private static final int LOOKS_OF_A_TURN = 2;

  private final int most;
  private final Queue<DurableCell> line = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final LongAdder came = new LongAdder();

  Loaded(int most) {
    this.most = most;
  }

  /** How many agents are in memory. */
  int count() {
    return count.get();
  }

  /** How often an agent has been made, or made again. */
  long came() {
    return came.sum();
  }

  /** {@code cell}'s agent has been made; called in its turn. */
  void came(DurableCell cell) {
    came.increment();
    if (cell.standing) {
      return; // made again after a failure
    }
    cell.standing = true;
    line.add(cell);
    count.incrementAndGet();
    letGo(LOOKS);
  }

  /** An agent has a turn; what a burst has brought is let go turn by turn. */
  void used() {
    letGo(LOOKS_OF_A_TURN);
  }

  private void letGo(int atMost) {
    for (int looks = 0; looks < atMost && count.get() > most; looks++) {
      DurableCell other = line.poll();
      if (other == null) {
        return;
      }
      if (other.size() > 0 || other.used) {
        other.used = false;
        line.add(other);
      } else {
        count.decrementAndGet();
        other.offer(new Letter.Leave(), Integer.MAX_VALUE - 1, null);
      }
    }
  }

  /** {@code cell} got the letter; it stays where messages have come meanwhile. */
  void leave(DurableCell cell) {
    if (cell.size() > 1 && cell.isLoaded()) {
      line.add(cell);
      count.incrementAndGet();
    } else {
      cell.standing = false;
      cell.unload();
    }
  }
}
