package dev.mama.bench.stress;

import dev.mama.bench.Size;
import java.time.Duration;
import java.util.List;

/**
 * Which cells of the matrix are measured, and for how long.
 *
 * <p>A cell ends when it has lasted {@code least} and twenty requests of each user have been
 * answered, or after {@code most}; what is under way then is given up and counted as unfinished.
 *
 * <p>Immutable.
 *
 * @param agents that give help, 1 to 100,000 each
 * @param concurrent users, each of whom asks again as soon as it has an answer, 1 to 10,000 each
 * @param latencies of the model, 0 to 1 minute each
 * @param least how long a cell lasts at least
 * @param most how long a cell lasts at most, not less
 * @param seed what needs are drawn from
 */
public record StressOptions(
    List<Integer> agents,
    List<Integer> concurrent,
    List<Duration> latencies,
    Duration least,
    Duration most,
    long seed) {

  /** Requests of each user after which a cell may end. */
  static final int ROUNDS = 20;

  private static final int MOST_AGENTS = 100_000;
  private static final int MOST_USERS = 10_000;
  private static final long MOST_LATENCY_MILLIS = 60_000;

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public StressOptions {
    agents = List.copyOf(agents);
    concurrent = List.copyOf(concurrent);
    latencies = List.copyOf(latencies);
    agents.forEach(value -> range("agents", value, 1, MOST_AGENTS));
    concurrent.forEach(value -> range("concurrent", value, 1, MOST_USERS));
    latencies.forEach(value -> range("latency in ms", value.toMillis(), 0, MOST_LATENCY_MILLIS));
    if (agents.isEmpty() || concurrent.isEmpty() || latencies.isEmpty()) {
      throw new IllegalArgumentException(
          "agents, concurrent requests and latencies must each have a value at least");
    }
    if (!most.isPositive() || least.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "a cell's time %s to %s must be more than 0, the first not above the second"
              .formatted(least, most));
    }
  }

  private static void range(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s %,d must be %,d to %,d".formatted(name, value, least, most));
    }
  }

  /** Those of {@code size}. */
  public static StressOptions of(Size size, long seed) {
    return size.of(full(seed), quick(seed), smoke(seed));
  }

  private static StressOptions smoke(long seed) {
    return new StressOptions(
        List.of(5, 20),
        List.of(1, 4),
        List.of(Duration.ZERO),
        Duration.ofMillis(20),
        Duration.ofSeconds(20),
        seed);
  }

  /** All 144 cells, in about eight minutes. */
  private static StressOptions full(long seed) {
    return new StressOptions(
        List.of(5, 10, 20, 50, 100, 1_000),
        List.of(1, 2, 5, 10, 20, 100),
        List.of(
            Duration.ZERO, Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofSeconds(1)),
        Duration.ofSeconds(1),
        Duration.ofSeconds(3),
        seed);
  }

  /** The corners and the middle: agents 5, 100, 1,000; requests 1, 10, 100; 0 and 200 ms. */
  private static StressOptions quick(long seed) {
    return new StressOptions(
        List.of(5, 100, 1_000),
        List.of(1, 10, 100),
        List.of(Duration.ZERO, Duration.ofMillis(200)),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        seed);
  }

  /** How many cells that makes. */
  int cells() {
    return agents.size() * concurrent.size() * latencies.size();
  }
}
