package dev.mama;

import java.time.Duration;

/**
 * A moment after which an answer is of no use. It travels on a wire as the remaining milliseconds,
 * because clocks of two machines differ.
 *
 * <p>Immutable.
 *
 * @param atNanos the moment on {@link Time#nanos()} of this process; {@link Long#MAX_VALUE} is
 *     never
 */
public record Deadline(long atNanos) {

  /** No deadline. */
  public static final Deadline NONE = new Deadline(Long.MAX_VALUE);

  /** The moment {@code duration} from now; {@link #NONE} where that is beyond 100 years. */
  public static Deadline after(Duration duration, Time time) {
    return duration.toDays() > 36_500 ? NONE : new Deadline(time.nanos() + duration.toNanos());
  }

  /** Whether there is no deadline. */
  public boolean isNone() {
    return atNanos == Long.MAX_VALUE;
  }

  /**
   * What is left, never negative; {@link Duration#ZERO} once the deadline has passed. Very long
   * where there is none.
   */
  public Duration remaining(Time time) {
    return isNone()
        ? Duration.ofDays(36_500)
        : Duration.ofNanos(Math.max(0, atNanos - time.nanos()));
  }

  /** The earlier of the two. */
  public Deadline earlier(Deadline other) {
    if (isNone()) {
      return other;
    }
    return other.isNone() || atNanos - other.atNanos <= 0 ? this : other;
  }
}
