package dev.mama.marl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.ExperimentId;
import dev.mama.State;
import dev.mama.runtime.InMemoryEventLog;
import dev.mama.spi.EventLog;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples of {@code docs/guide/13-policy.md}. */
class PolicyGuideTest {

  @TempDir private Path folder;

  private final State state = Policies.state(new SplittableRandom(1), 4);

  @Test
  void shipped_decidesAndExplains() {
    var policy = LearnedPolicy.shipped();
    assertThat(policy.name()).startsWith("learned/");
    assertThat(policy.file().manifest().decisions()).isGreaterThan(1_000_000);
    Explanation why = policy.explain(state);
    assertThat(why.choices().get(0).correction()).isNotZero();
    assertThat(why.influences().get(0).logOdds()).isNotZero();
    assertThat(policy.decide(state, new SplittableRandom(1)).policy()).isEqualTo(policy.name());
  }

  /** Now and then, not as a rule. */
  @Test
  void shippedOrNone_letsAnAgentAnswerItself() {
    var policy = LearnedPolicy.shippedOrNone();
    List<LoggedDecision> logged =
        WorldTest.TRIALS.logged(WorldSettings.named("stationary"), 1, policy);
    long none = logged.stream().filter(decision -> decision.choice() < 0).count();
    assertThat(none).isPositive().isLessThan(logged.size() / 2);
  }

  @Test
  void swap_toAFile() {
    Path newer = folder.resolve("newer.safetensors");
    Policies.random(ActionShape.CANDIDATES, 5).write(newer);
    var current = SwappablePolicy.of(LearnedPolicy.shipped());
    current.swap(LearnedPolicy.read(newer));
    assertThat(current.name()).startsWith("untrained/");
  }

  /** Better than the rule it corrects, on seeds that training has not seen; a small look. */
  @Test
  void shipped_isBetterThanItsRule() {
    var policy = LearnedPolicy.shipped();
    List<WorldSettings> worlds =
        List.of(WorldSettings.named("stationary"), WorldSettings.named("drifting"));
    double learned = WorldTest.TRIALS.mean(worlds, 1, 8, policy.contender("learned"));
    double rule =
        WorldTest.TRIALS.mean(
            worlds,
            1,
            8,
            References.rule("rule", policy.file().manifest().rule(), ActionShape.CANDIDATES));
    assertThat(learned).isGreaterThan(rule);
  }

  @Test
  void log_isEvaluated() throws Exception {
    var experiment = ExperimentId.of("guide");
    try (EventLog log = new InMemoryEventLog()) {
      List<LoggedDecision> logged = DecisionLog.read(log, experiment, 0.05, 0.3);
      assertThat(logged).isEmpty();
    }
    var logged = WorldTest.TRIALS.logged(WorldSettings.named("bandit"), 1, LearnedPolicy.shipped());
    var itself = OffPolicyEstimate.of(logged, LearnedPolicy.shipped());
    assertThat(itself.verdict()).isPresent();
  }
}
