package dev.mama.bench.soak;

import dev.mama.bench.Size;
import java.time.Duration;

/**
 * How long a soak takes, and under what load.
 *
 * <p>Immutable.
 *
 * @param time from the first request to the last, 1 s to 7 days
 * @param perSecond requests, 1 to 10,000
 * @param agents that are started and closed in cycles meanwhile, 0 to 10,000,000
 * @param perCycle how many of them at once, 1 to 100,000
 * @param seed what needs and skills are drawn from
 */
public record SoakOptions(Duration time, int perSecond, int agents, int perCycle, long seed) {

  private static final Duration LONGEST = Duration.ofDays(7);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final int READINGS = 120;
  private static final int MOST_PER_SECOND = 10_000;
  private static final int MOST_AGENTS = 10_000_000;
  private static final int MOST_PER_CYCLE = 100_000;

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public SoakOptions {
    if (time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("time %s must be 1 s to 7 days".formatted(time));
    }
    range("rate", perSecond, 1, MOST_PER_SECOND);
    range("agents", agents, 0, MOST_AGENTS);
    range("agents per cycle", perCycle, 1, MOST_PER_CYCLE);
  }

  /** An hour and 100,000 agents, or half a minute and 5,000; for a smoke run 1.5 s and 250. */
  public static SoakOptions of(Size size, long seed) {
    return size.of(
        new SoakOptions(Duration.ofHours(1), 50, 100_000, 1_000, seed),
        new SoakOptions(Duration.ofSeconds(30), 50, 5_000, 1_000, seed),
        new SoakOptions(Duration.ofMillis(1_500), 60, 250, 100, seed));
  }

  private static void range(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s %,d must be %,d to %,d".formatted(name, value, least, most));
    }
  }

  /** How many cycles that makes. */
  int cycles() {
    return (agents + perCycle - 1) / perCycle;
  }

  /** Time between two readings: a 120th of the whole, at least 100 ms and at most 30 s. */
  Duration pause() {
    Duration part = time.dividedBy(READINGS);
    if (part.compareTo(SHORTEST_PAUSE) < 0) {
      return SHORTEST_PAUSE;
    }
    return part.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : part;
  }
}
