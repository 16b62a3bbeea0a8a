package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.Rating;
import dev.mama.Trace;
import dev.mama.bench.compare.Reputation;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.testkit.ManualTime;
import java.time.Duration;
import java.util.stream.IntStream;

/**
 * The ledger of the registry, on a clock that moves a minute with each step.
 *
 * <p>Not thread-safe.
 */
final class LedgerReputation implements Reputation {

  private static final Duration STEP = Duration.ofMinutes(1);
  private static final Trace TRACE = new Trace(1, 2, 3);
  private static final Duration TOOK = Duration.ofMillis(100);

  private final ManualTime time = new ManualTime();
  private final InMemoryTrustLedger ledger;
  private final AgentId[] agents;

  /** With the share {@code kept} of its weight that evidence keeps over a step. */
  LedgerReputation(int agents, double kept) {
    double halfLifeSteps = Math.log(0.5) / Math.log(kept);
    ledger =
        InMemoryTrustLedger.create(Duration.ofNanos((long) (halfLifeSteps * STEP.toNanos())), time);
    this.agents =
        IntStream.range(0, agents).mapToObj(i -> AgentId.of("agent-" + i)).toArray(AgentId[]::new);
  }

  @Override
  public void rate(int rater, int subject, double quality) {
    ledger.record(
        new Evidence.Opinion(agents[rater], agents[subject], rating(quality), time.now(), TRACE));
  }

  /** Takes in that {@code rater} said {@code said} where {@code found} was right. */
  void check(int rater, int subject, double said, double found) {
    ledger.record(
        new Evidence.Checked(
            agents[rater], agents[subject], rating(said), rating(found), time.now(), TRACE));
  }

  @Override
  public void endStep() {
    time.advance(STEP);
  }

  @Override
  public double[] scores() {
    return IntStream.range(0, agents.length).mapToDouble(this::score).toArray();
  }

  double score(int agent) {
    return ledger.standing(agents[agent]).trust();
  }

  double lowerBound(int agent) {
    return ledger.standing(agents[agent]).lowerBound();
  }

  double vote(int agent) {
    return ledger.vote(agents[agent]);
  }

  private static Rating rating(double quality) {
    return new Rating(quality, true, TOOK);
  }
}
