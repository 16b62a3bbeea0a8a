package dev.mama.testkit;

import dev.mama.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that stands still until a test moves it. It begins at {@link #START}; both readings move
 * together.
 *
 * <p>Thread-safe.
 */
public final class ManualTime implements Time {

  /** What {@link #now()} shows at first. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final AtomicLong nanos = new AtomicLong();

  /**
   * Moves the clock forward.
   *
   * @throws IllegalArgumentException if {@code duration} is negative
   */
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("time cannot go back by %s".formatted(duration.negated()));
    }
    nanos.addAndGet(duration.toNanos());
  }

  @Override
  public Instant now() {
    return START.plusNanos(nanos.get());
  }

  @Override
  public long nanos() {
    return nanos.get();
  }

  @Override
  public String toString() {
    return now().toString();
  }
}
