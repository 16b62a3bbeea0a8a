package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Rating;
import dev.mama.spi.Auditor;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An auditor that has a share of all interactions judged by another one, drawn from a seed.
 *
 * <p>Whether a rater's <i>n</i>th interaction is checked follows from seed, rater and <i>n</i>, so
 * it repeats whatever the schedule, and nobody who does not know the seed can tell beforehand. It
 * keeps a count for each rater, and forgets none of them.
 *
 * <p>Thread-safe.
 */
public final class SampledAuditor implements Auditor {

  /**
   * The share of {@link #of(Auditor, long)}: 5 %. In the attacks of {@code ./mama bench trust} that
   * suffices against 40 % liars.
   */
  public static final double DEFAULT_SHARE = 0.05;

  private final Auditor judge;
  private final double share;
  private final long seed;
  private final ConcurrentHashMap<AgentId, Long> rated = new ConcurrentHashMap<>();

  private SampledAuditor(Auditor judge, double share, long seed) {
    this.judge = judge;
    this.share = share;
    this.seed = seed;
  }

  /** Has {@link #DEFAULT_SHARE} of all interactions judged. */
  public static SampledAuditor of(Auditor judge, long seed) {
    return of(judge, DEFAULT_SHARE, seed);
  }

  /**
   * Has {@code share} of all interactions judged.
   *
   * @param share in [0, 1]
   * @throws IllegalArgumentException if {@code share} is not in [0, 1]
   */
  public static SampledAuditor of(Auditor judge, double share, long seed) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share %s must be in [0, 1]".formatted(share));
    }
    return new SampledAuditor(judge, share, seed);
  }

  @Override
  public Optional<Rating> audit(Interaction interaction) throws InterruptedException {
    return isDrawn(interaction.rater()) ? judge.audit(interaction) : Optional.empty();
  }

  private boolean isDrawn(AgentId rater) {
    long number = rated.merge(rater, 1L, Long::sum);
    long drawn = mix(mix(seed + rater.value().hashCode()) + number);
    return (drawn >>> 11) * 0x1p-53 < share;
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
