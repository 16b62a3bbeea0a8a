package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.Rating;
import dev.mama.Time;
import dev.mama.Trace;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** What the tests of the ledger on disk record. */
final class Ledgers {

  static final Trace TRACE = new Trace(1, 2, 3);

  private Ledgers() {}

  static AgentId agent(int number) {
    return AgentId.of("agent-" + number);
  }

  /** Evidence of any basis about one of {@code agents} agents, of the last days. */
  static Evidence random(RandomGenerator random, int agents, Time time) {
    int rater = random.nextInt(agents);
    AgentId subject = agent((rater + random.nextInt(1, agents)) % agents);
    Instant at = time.now().minusMillis(random.nextInt(300_000_000));
    return switch (random.nextInt(3)) {
      case 0 ->
          new Evidence.Witnessed(subject, random.nextBoolean(), Duration.ofMillis(7), at, TRACE);
      case 1 ->
          new Evidence.Checked(agent(rater), subject, rating(random), rating(random), at, TRACE);
      default -> new Evidence.Opinion(agent(rater), subject, rating(random), at, TRACE);
    };
  }

  static Rating rating(RandomGenerator random) {
    var rating =
        new Rating(
            random.nextDouble(),
            random.nextBoolean(),
            Duration.ofNanos(random.nextInt() & Integer.MAX_VALUE));
    return random.nextBoolean()
        ? rating
        : rating
            .with(Dimension.FAIRNESS, random.nextDouble())
            .with(Dimension.TRANSPARENCY, random.nextDouble());
  }

  static Evidence checked(AgentId rater, AgentId subject, double quality, Instant at) {
    var rating = new Rating(quality, true, Duration.ofMillis(5));
    return new Evidence.Checked(rater, subject, rating, rating, at, TRACE);
  }

  static Evidence opinion(AgentId rater, AgentId subject, double quality, Instant at) {
    return new Evidence.Opinion(
        rater, subject, new Rating(quality, true, Duration.ofMillis(5)), at, TRACE);
  }
}
