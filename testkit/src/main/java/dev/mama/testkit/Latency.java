package dev.mama.testkit;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * How long a scripted server takes: a distribution that draws the same values from the same seed.
 *
 * <p>No value is above an hour.
 *
 * <p>Thread-safe; with several threads the values are the same and who gets which is not.
 */
public final class Latency {

  private static final double MOST_NANOS = Duration.ofHours(1).toNanos();

  private final SplittableRandom random;
  private final ToDoubleFunction<SplittableRandom> nanos;

  private Latency(long seed, ToDoubleFunction<SplittableRandom> nanos) {
    this.random = new SplittableRandom(seed);
    this.nanos = nanos;
  }

  /** Always the same. */
  public static Latency constant(Duration value) {
    return new Latency(0, random -> value.toNanos());
  }

  /** Anything from {@code low} to {@code high}, all alike. */
  public static Latency uniform(Duration low, Duration high, long seed) {
    if (low.isNegative() || low.compareTo(high) > 0) {
      throw new IllegalArgumentException("low %s must be in [0, high = %s]".formatted(low, high));
    }
    double span = high.minus(low).toNanos();
    return new Latency(seed, random -> low.toNanos() + span * random.nextDouble());
  }

  /** As between events that know nothing of each other. */
  public static Latency exponential(Duration mean, long seed) {
    return new Latency(seed, random -> mean.toNanos() * random.nextExponential());
  }

  /**
   * Mostly about {@code median}, at times far more: with {@code sigma} 1 every hundredth value is
   * ten times the median.
   */
  public static Latency logNormal(Duration median, double sigma, long seed) {
    return new Latency(seed, random -> median.toNanos() * Math.exp(sigma * random.nextGaussian()));
  }

  /** The next value. */
  public synchronized Duration next() {
    return Duration.ofNanos((long) Math.min(MOST_NANOS, nanos.applyAsDouble(random)));
  }
}
