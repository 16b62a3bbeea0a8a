package dev.mama.llm;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Spreads waits, so that callers who failed together do not come back together.
 *
 * <p>Thread-safe.
 */
final class Jitter {

  private final RandomGenerator random;
  private final Duration first;
  private final Duration longest;

  Jitter(RandomGenerator random, Duration first, Duration longest) {
    this.random = random;
    this.first = first;
    this.longest = longest;
  }

  /**
   * The wait after the failure of {@code attempt}, counted from 1: anything up to {@code first}
   * doubled with each attempt, at most {@code longest} ("full jitter", <a
   * href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">Brooker
   * 2015</a>).
   */
  Duration afterFailure(int attempt) {
    double doubled = Math.scalb((double) first.toNanos(), attempt - 1);
    double most = Math.min((double) longest.toNanos(), doubled);
    return upTo(Duration.ofNanos((long) most));
  }

  /** Anything from nothing to {@code most}. */
  synchronized Duration upTo(Duration most) {
    return most.isZero() ? most : Duration.ofNanos(random.nextLong(most.toNanos() + 1));
  }
}
