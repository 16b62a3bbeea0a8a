package dev.mama.llm;

import java.time.Duration;

/**
 * When a model is left alone because it fails or is slow.
 *
 * <p>Immutable.
 *
 * @param calls over how many of the latest calls the shares are taken, at least 1
 * @param failureShare share of failed calls at which the model is left alone, in (0, 1]
 * @param slowShare share of slow calls at which it is, in (0, 1]
 * @param slowCall a call that takes longer is slow
 * @param rest how long it is left alone before it is tried again by 3 calls
 */
public record BreakerOptions(
    int calls, double failureShare, double slowShare, Duration slowCall, Duration rest) {

  /** Half of 20 calls failed, or all of them took more than a minute; then 2 s of rest. */
  public static final BreakerOptions DEFAULT =
      new BreakerOptions(20, 0.5, 1, Duration.ofMinutes(1), Duration.ofSeconds(2));

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public BreakerOptions {
    require(calls >= 1, "calls %d must be at least 1".formatted(calls));
    requireShare("failureShare", failureShare);
    requireShare("slowShare", slowShare);
    require(slowCall.isPositive(), "slowCall %s must be positive".formatted(slowCall));
    require(
        rest.compareTo(Duration.ofMillis(1)) >= 0, "rest %s must be at least 1 ms".formatted(rest));
  }

  private static void requireShare(String name, double share) {
    require(share > 0 && share <= 1, "%s %s must be in (0, 1]".formatted(name, share));
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
