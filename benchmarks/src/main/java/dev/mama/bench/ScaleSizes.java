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
 * @param network what is asked over a broker
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
    Network network,
    int churnAgents,
    Duration churnRound) {

  /**
   * How much is asked over a broker.
   *
   * @param delays between agents and broker, one way; none leaves the broker out, which takes
   *     seconds to start and stop
   * @param asks one after another, for each delay
   * @param askers that ask at once, and agents that answer them
   * @param rounds of these, for each delay; three times as many before, without a delay, do not
   *     count
   */
  record Network(List<Duration> delays, int asks, int askers, int rounds) {

    static final Network NONE = new Network(List.of(), 0, 0, 0);

    private static Network of(int asks) {
      return new Network(
          List.of(Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofMillis(20)),
          asks,
          100,
          7);
    }
  }

  static ScaleSizes of(Size size) {
    return size.of(full(), quick(), smoke());
  }

  private static ScaleSizes smoke() {
    return new ScaleSizes(
        List.of(2, 20, 1_000), 20, 10, 200, 3, 1_000, Network.NONE, 30, Duration.ofMillis(50));
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
        Network.of(50),
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
        Network.of(300),
        1_000,
        Duration.ofSeconds(5));
  }
}
