package dev.mama.bench;

import java.time.Duration;

/**
 * How large {@link RuntimeBench} is.
 *
 * <p>Immutable.
 *
 * @param pairs of ping-pong
 * @param agents of fan-out and hops
 * @param senders of fan-out
 * @param tokens under way at once in hops
 * @param rounds of each side, odd
 * @param round how long a round of the slower side takes, about
 * @param warmUp per question
 * @param latencyRound how long messages are offered per round
 * @param idleRounds how often idle agents are started, odd
 * @param idle agents started and left alone
 * @param peerIdle the peer's
 * @param users that ask at once
 * @param requests of each user
 * @param requestRounds how often all of them ask, odd
 * @param requestWarmUp before that
 * @param groups built
 */
record RuntimeSizes(
    int pairs,
    int agents,
    int senders,
    int tokens,
    int rounds,
    Duration round,
    Duration warmUp,
    Duration latencyRound,
    int idleRounds,
    int idle,
    int peerIdle,
    int users,
    int requests,
    int requestRounds,
    Duration requestWarmUp,
    int groups) {

  private static final int PAIRS = 2 * Runtime.getRuntime().availableProcessors();

  static RuntimeSizes of(Size size) {
    return size.of(full(), quick(), smoke());
  }

  private static RuntimeSizes smoke() {
    return new RuntimeSizes(
        2,
        20,
        2,
        10,
        3,
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(20),
        1,
        100_000, // so many that what a late collection frees elsewhere does not count
        20_000,
        10,
        20,
        3,
        Duration.ofMillis(20),
        5);
  }

  /** Under a minute on two cores. */
  private static RuntimeSizes quick() {
    return new RuntimeSizes(
        PAIRS,
        1_000,
        4,
        200,
        7,
        Duration.ofMillis(250),
        Duration.ofMillis(2_500),
        Duration.ofMillis(700),
        3,
        100_000,
        100_000,
        1_000,
        100,
        3,
        Duration.ofSeconds(2),
        101);
  }

  /** Under eight minutes on two cores. */
  private static RuntimeSizes full() {
    return new RuntimeSizes(
        PAIRS,
        1_000,
        4,
        200,
        21,
        Duration.ofSeconds(1),
        Duration.ofSeconds(15),
        Duration.ofSeconds(2),
        3,
        1_000_000,
        100_000,
        1_000,
        100,
        9,
        Duration.ofSeconds(20),
        501);
  }
}
