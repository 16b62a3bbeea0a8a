package dev.mama.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.StepAgent;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.Steps;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** In steps, help is found among what all had rated up to the step before, whoever is ahead. */
class StepsTrustTest {

  private static final int AGENTS = 12;
  private static final int STEPS = 12;

  /**
   * @param skew how far agents may be ahead of the slowest
   * @return what each agent found and how it rated, agent after agent, step after step
   */
  private static List<String> live(int skew) throws Exception {
    var time = new ManualTime();
    List<String> log = new ArrayList<>();
    Map<String, String> lines = new ConcurrentHashMap<>();
    try (var encoder = new HashingEncoder()) {
      var assistance =
          Assistance.of(
              encoder,
              new ExactAgentIndex(encoder.dimension()),
              InMemoryRegistry.create(Duration.ofSeconds(30), time),
              InMemoryTrustLedger.create(Duration.ofDays(7), time),
              WeightedScorePolicy.create(),
              time);
      var cards = new ArrayList<AgentCard>();
      for (int i = 0; i < AGENTS; i++) {
        cards.add(new AgentCard(AgentId.of("a" + i), "taps", "repairs a dripping tap, " + i));
      }
      assistance.enrol(cards);
      try (var group =
          AgentGroup.builder(ExperimentId.of("test")).assistance(assistance).seed(3).build()) {
        var steps =
            Steps.in(
                group,
                skew,
                (step, agent) ->
                    log.add(
                        step
                            + " "
                            + agent
                            + " "
                            + Objects.requireNonNull(lines.get(agent + "." + step))));
        steps.define(AgentType.of("a", () -> agent(lines)));
        for (int i = 0; i < AGENTS; i++) {
          steps.start(AgentId.of("a" + i), "a", Set.of(AgentId.of("a" + (i + 1) % AGENTS)));
        }
        steps.run(STEPS);
      }
    }
    return log;
  }

  private static StepAgent agent(Map<String, String> lines) {
    return (step, input, context) -> {
      if (ThreadLocalRandom.current().nextInt(4) == 0) {
        context.time().sleep(Duration.ofNanos(ThreadLocalRandom.current().nextInt(2_000_000)));
      }
      // Not everybody looks in each step, so that those who do not may run ahead.
      boolean looks = context.random().nextInt(3) == 0;
      String line = "does not look";
      if (looks) {
        Referral referral = context.findHelp(new Need("who repairs a dripping tap?"));
        double quality = context.random().nextDouble();
        context.rate(referral, new Rating(quality, true, Duration.ofMillis(10)));
        line = referral.chosen().orElseThrow() + " of " + referral.candidates() + " " + quality;
      }
      lines.put(context.self() + "." + step, line);
      AgentId next =
          AgentId.of(
              "a" + (Integer.parseInt(context.self().value().substring(1)) + AGENTS - 1) % AGENTS);
      context.send(next, Payload.text("on"));
    };
  }

  @Test
  void trust_isThatOfTheStepBefore_underBarrierAndDependency() throws Exception {
    List<String> barrier = live(1);
    assertThat(barrier).hasSize(AGENTS * STEPS);
    assertThat(barrier.stream().filter(line -> line.contains(" of ")).distinct().count())
        .as("ratings move what is found")
        .isGreaterThan(AGENTS);
    for (int i = 0; i < 5; i++) {
      assertThat(live(16)).isEqualTo(barrier);
    }
  }
}
