package dev.mama.mqtt;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets so many through a second, evenly; after a pause up to a tenth of a second's worth at once.
 *
 * <p>Thread-safe.
 */
final class Pace {

  private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final long intervalNanos;

  /** When the next one may go, were there no burst. */
  private final AtomicLong nextNanos = new AtomicLong(System.nanoTime() - BURST_NANOS);

  Pace(int perSecond) {
    intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
  }

  /** Waits for its turn; an interrupted one has used it up. */
  void await() throws InterruptedException {
    long now = System.nanoTime();
    long mine = nextNanos.getAndUpdate(next -> Math.max(next, now - BURST_NANOS) + intervalNanos);
    long left = Math.max(mine, now - BURST_NANOS) - now;
    if (left > 0) {
      TimeUnit.NANOSECONDS.sleep(left);
    }
  }

  /** Whether it has forgotten all that went through. */
  boolean isIdle() {
    return nextNanos.get() - System.nanoTime() < -BURST_NANOS;
  }
}
