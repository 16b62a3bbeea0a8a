package dev.mama.marl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mama.Decision;
import dev.mama.State;
import dev.mama.StateShape;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.runtime.WeightedScorePolicy.Weights;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LearnedPolicyTest {

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void network_hasTheReportsLayers() {
    assertThat(Mlp.policySizes(5)).containsExactly(50, 256, 128, 64, 5);
  }

  @Test
  void run_smallNetwork_isWhatItIsByHand() {
    // 2 inputs; hidden: relu(x + 2y - 1), relu(-x + y); output: 3 a - b + 0.5
    var mlp = new Mlp(new int[] {2, 2, 1}, new float[] {1, -1, 2, 1, -1, 0, 3, -1, 0.5f});
    assertThat(mlp.run(new float[] {1, 2})).containsExactly(3 * 4 - 1 + 0.5f);
    assertThat(mlp.run(new float[] {0, 0})).containsExactly(0.5f);
  }

  @Test
  void logits_ofPlainJavaAndOfPyTorch_areTheSameWithin1e5() {
    for (ActionShape shape : ActionShape.values()) {
      var policy = LearnedPolicy.of(Policies.random(shape, 3));
      State[] states = new State[200];
      Arrays.setAll(states, i -> Policies.state(random, i % 6));
      try (var batching = BatchingPolicy.open(policy, "cpu")) {
        float[][] batch = batching.logits(Arrays.asList(states));
        for (int i = 0; i < states.length; i++) {
          assertThat(batch[i]).containsExactly(policy.logits(states[i].toArray()), within(1e-5f));
        }
      }
    }
  }

  @Test
  void decide_silentNetwork_isTheWeightedScorePolicy() {
    var ours = LearnedPolicy.of(PolicyFile.ofRule("rule", Policies.RULE, ActionShape.CANDIDATES));
    var theirs = WeightedScorePolicy.create(new Weights(4, 2, 0.5, 0.5, 1), 0.1);
    for (int i = 0; i < 200; i++) {
      State state = Policies.state(random, 1 + i % 5);
      Decision one = ours.decide(state, new SplittableRandom(i));
      Decision other = theirs.decide(state, new SplittableRandom(i));
      assertThat(one.propensity() / other.propensity()).isCloseTo(1, within(1e-3));
    }
  }

  @Test
  void decide_fewerCandidates_neverChoosesAnAbsentOne() {
    var policy = LearnedPolicy.of(Policies.random(ActionShape.CANDIDATES_OR_NONE, 3));
    for (int i = 0; i < 2_000; i++) {
      State state = Policies.state(random, i % 5);
      double[] odds = policy.probabilities(state);
      assertThat(Arrays.stream(odds).sum()).isCloseTo(1, within(1e-9));
      for (int absent = i % 5; absent < StateShape.CANDIDATES; absent++) {
        assertThat(odds[absent]).isZero();
      }
      assertThat(policy.decide(state, random).choice().orElse(-1)).isLessThan(i % 5);
    }
  }

  @Test
  void decide_none_isChosenWhereTheShapeHasIt() {
    var policy = LearnedPolicy.of(Policies.random(ActionShape.CANDIDATES_OR_NONE, 3));
    State state = Policies.state(random, 2);
    long none = 0;
    for (int i = 0; i < 5_000; i++) {
      none += policy.decide(state, random).choice().isEmpty() ? 1 : 0;
    }
    assertThat(none / 5_000.0).isCloseTo(policy.probabilities(state)[5], within(0.05));
  }

  @Test
  void state_notFinite_isRefusedByName() {
    float[] values = new float[StateShape.SIZE];
    values[StateShape.candidate(1)] = Float.NaN;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new State(values, 2))
        .withMessageContaining("candidate.2.trust");
    values[StateShape.candidate(1)] = Float.POSITIVE_INFINITY;
    assertThatIllegalArgumentException().isThrownBy(() -> new State(values, 2));
  }

  @Test
  void state_sixCandidates_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new State(new float[StateShape.SIZE], 6))
        .withMessageContaining("0 to 5");
  }

  @Test
  void explain_ofARule_namesWhatTheChoiceRestsOn() {
    var trusting = new Rule(0, 1, 0, 0, 0, 0.2);
    var policy = LearnedPolicy.of(PolicyFile.ofRule("rule", trusting, ActionShape.CANDIDATES));
    float[] values = new float[StateShape.SIZE];
    Arrays.fill(values, 0.5f);
    values[StateShape.candidate(1)] = 0.9f;
    Explanation why = policy.explain(new State(values, 3));
    assertThat(why.favourite()).isEqualTo(1);
    assertThat(why.choices()).hasSize(3);
    assertThat(why.choices()).allMatch(choice -> choice.correction() == 0);
    assertThat(why.choices().get(1).rule()).isCloseTo(0.9 / 0.2, within(1e-5));
    assertThat(why.influences().getFirst().name()).isEqualTo("candidate.2.trust");
    assertThat(why.influences().getFirst().logOdds()).isPositive();
    assertThat(why.influences()).allMatch(it -> it.name().endsWith(".trust"));
  }

  @Test
  void explain_nobody_isEmpty() {
    var policy = LearnedPolicy.of(Policies.random(ActionShape.CANDIDATES, 1));
    assertThat(policy.explain(Policies.state(random, 0)).choices()).isEmpty();
  }
}
