package dev.mama.marl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mama.AgentId;
import dev.mama.Candidate;
import dev.mama.Decision;
import dev.mama.Event;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Need;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.Standing;
import dev.mama.State;
import dev.mama.Trace;
import dev.mama.runtime.InMemoryEventLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OffPolicyTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("off-policy");

  private final SplittableRandom random = new SplittableRandom(1);
  private final LearnedPolicy behaviour =
      References.rulePolicy("behaviour", new Rule(1, 1, 0.5, 0.5, 1, 1));

  /**
   * Where one decision does not change the next, the estimate finds what the other policy earns.
   */
  @Test
  void estimate_withoutInterference_findsTheTruth() {
    var trusting = References.rulePolicy("trusting", new Rule(0, 1, 0, 0, 0, 0.5));
    var logged = new ArrayList<LoggedDecision>();
    double truth = 0;
    for (int i = 0; i < 20_000; i++) {
      State state = Policies.state(random, 5);
      Decision decision = behaviour.decide(state, random);
      int choice = decision.choice().getAsInt();
      logged.add(new LoggedDecision(state, choice, decision.propensity(), reward(state, choice)));
      double[] odds = trusting.probabilities(state);
      for (int other = 0; other < 5; other++) {
        truth += odds[other] * reward(state, other) / 20_000;
      }
    }
    OffPolicyEstimate estimate = OffPolicyEstimate.of(logged, trusting);
    assertThat(estimate.snips()).isCloseTo(truth, within(5 * estimate.error()));
    assertThat(estimate.error()).isLessThan(0.02);
    assertThat(estimate.verdict()).isPresent();
    assertThat(estimate.effective()).isBetween(100.0, 20_000.0);
    OffPolicyEstimate itself = OffPolicyEstimate.of(logged, behaviour);
    assertThat(itself.effective()).isCloseTo(20_000, within(1e-3));
    assertThat(itself.largestWeight()).isCloseTo(1, within(1e-9));
  }

  private static double reward(State state, int choice) {
    return state.at(10 + 5 * choice);
  }

  @Test
  void estimate_policiesTooFarApart_givesNoVerdict() {
    var sure = References.rulePolicy("sure", new Rule(0, 1, 0, 0, 0, 1e-3));
    var logged = new ArrayList<LoggedDecision>();
    for (int i = 0; i < 300; i++) {
      State state = Policies.state(random, 5);
      Decision decision = behaviour.decide(state, random);
      logged.add(new LoggedDecision(state, decision.choice().getAsInt(), decision.propensity(), 1));
    }
    assertThat(OffPolicyEstimate.of(logged, sure).verdict()).isEmpty();
  }

  @Test
  void estimate_ofNothing_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OffPolicyEstimate.of(List.of(), behaviour));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LoggedDecision(Policies.state(random, 5), 0, 0, 1));
  }

  /** As a group records them: a decision, what the runtime saw, and what was said of it. */
  @Test
  void log_joinsDecisionsWithTheirEvidence() throws Exception {
    try (var log = new InMemoryEventLog()) {
      Referral rated = record(log, 0);
      Referral lost = record(log, 1);
      record(log, 2); // nothing is known of it
      Trace trace = trace(0);
      give(
          log,
          new Evidence.Witnessed(
              chosen(rated), true, Duration.ofSeconds(2), Instant.EPOCH, trace.child()));
      give(
          log,
          new Evidence.Opinion(
              AgentId.of("me"),
              chosen(rated),
              new Rating(0.8, true, Duration.ofSeconds(2)),
              Instant.EPOCH,
              trace.child()));
      give(
          log,
          new Evidence.Witnessed(
              chosen(lost), false, Duration.ofSeconds(4), Instant.EPOCH, trace(1)));
      log.flush();
      List<LoggedDecision> logged = DecisionLog.read(log, EXPERIMENT, 0.05, 0.3);
      assertThat(logged).hasSize(2);
      assertThat(logged.get(0).reward()).isCloseTo(0.8 - 0.1, within(1e-9));
      assertThat(logged.get(0).propensity()).isEqualTo(rated.decision().propensity());
      assertThat(logged.get(0).state().toArray()).isEqualTo(rated.state().toArray());
      assertThat(logged.get(1).reward()).isCloseTo(-0.3 - 0.2, within(1e-9));
    }
  }

  private static Trace trace(int number) {
    return new Trace(1, number + 1, 1);
  }

  private static AgentId chosen(Referral referral) {
    return referral.chosen().orElseThrow();
  }

  private Referral record(InMemoryEventLog log, int number) throws InterruptedException {
    var candidates = new ArrayList<Candidate>();
    for (int i = 0; i < 3; i++) {
      candidates.add(
          new Candidate(AgentId.of("h" + i), 0.5, new Standing(0.5, 0, 0.1, 0.5, 1_000), 0));
    }
    State state = Policies.state(random, 3);
    Decision decision = behaviour.decide(state, random);
    assertThat(decision.choice()).isNotEqualTo(OptionalInt.empty());
    var referral =
        new Referral(
            new Need("help"),
            candidates,
            state,
            decision,
            new Referral.Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO));
    log.append(
        new Event.DecisionMade(
            UUID.randomUUID(),
            EXPERIMENT,
            Instant.EPOCH.plusSeconds(number),
            AgentId.of("me"),
            referral,
            trace(number)));
    return referral;
  }

  private static void give(InMemoryEventLog log, Evidence evidence) throws InterruptedException {
    log.append(new Event.EvidenceGiven(UUID.randomUUID(), EXPERIMENT, evidence));
  }
}
