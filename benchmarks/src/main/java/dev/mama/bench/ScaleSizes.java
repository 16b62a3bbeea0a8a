package dev.mama.bench;

import java.time.Duration;
import java.util.List;

/**
 * How large {@link ScalabilityBench} is.
 *
 * <p>Immutable.
 *
 * @param agents how many, ascending
 * @param encoded how many profiles are encoded; the vectors of further ones are those with a little
 *     noise
 * @param needs asked on the whole path for each number of agents, after half as many that do not
 *     count
 * @param searches of the index, and decisions, for each number of agents, after as many that do not
 *     count
 * @param rounds of trust updates for each number of agents
 * @param updates in each
 * @param delays between agents and broker, one way
 * @param asks for each delay
 * @param churnAgents those that stay while others come and go; 0 to leave this out
 * @param churnRound how long needs are met in each of six rounds, every second with coming and
 *     going
 */
record ScaleSizes(
    List<Integer> agents,
    int encoded,
    int needs,
    int searches,
    int rounds,
    int updates,
    List<Duration> delays,
    int asks,
    int churnAgents,
    Duration churnRound) {

  private static final List<Duration> DELAYS =
      List.of(Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofMillis(20));

  static ScaleSizes of(Size size) {
    return size.of(full(), quick(), smoke());
  }

  private static ScaleSizes smoke() {
    return new ScaleSizes(
        List.of(2, 20, 1_000),
        20,
        20,
        200,
        3,
        1_000,
        List.of(Duration.ofMillis(10)),
        3,
        30,
        Duration.ofMillis(100));
  }

  /** Under a minute on two cores. */
  private static ScaleSizes quick() {
    return new ScaleSizes(
        List.of(10, 50, 100, 500, 1_000, 5_000),
        1_000,
        100,
        1_000,
        3,
        100_000,
        DELAYS,
        50,
        1_000,
        Duration.ofMillis(600));
  }

  /** Under eight minutes on two cores. */
  private static ScaleSizes full() {
    return new ScaleSizes(
        List.of(10, 50, 100, 500, 1_000, 5_000, 10_000, 100_000, 1_000_000),
        5_000,
        1_000,
        5_000,
        7,
        200_000,
        DELAYS,
        300,
        1_000,
        Duration.ofSeconds(5));
  }
}
