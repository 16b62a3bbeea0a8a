package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mama.Decision;
import dev.mama.State;
import dev.mama.StateShape;
import dev.mama.StateShape.Offset;
import dev.mama.runtime.WeightedScorePolicy.Weights;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedScorePolicyTest {

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void decide_scores_areTheWeightedSums() {
    var policy = WeightedScorePolicy.create(new Weights(1, 2, 4, 8, 16), 1);
    Decision decision =
        policy.decide(state(new float[] {0.5f, 0.25f, 0.125f, 0.75f, 0.0625f}), random);
    // similarity 0.75, trust 2 · 0.5, success 4 · 0.125, response 8 · 0.25, load 16 · 0.0625
    assertThat(decision.scores()).containsExactly(0.75 + 1 + 0.5 - 2 - 1);
    assertThat(decision.propensity()).isOne();
  }

  @Test
  void decide_leadOfOneTemperature_isETimesLikelier() {
    var policy = WeightedScorePolicy.create(new Weights(0, 1, 0, 0, 0), 0.25);
    State state = state(new float[] {0.75f, 0, 0, 0, 0}, new float[] {0.5f, 0, 0, 0, 0});
    double first = propensityOf(policy, state, 0);
    double second = propensityOf(policy, state, 1);
    assertThat(first / second).isCloseTo(Math.E, within(1e-12));
    assertThat(first + second).isCloseTo(1, within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(ints = {Offset.TRUST, Offset.SUCCESS_RATE, Offset.SIMILARITY})
  void decide_moreOfAGoodFigure_scoresHigher(int offset) {
    assertThat(leadOfFirst(offset)).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {Offset.RESPONSE_TIME, Offset.LOAD})
  void decide_moreOfABadFigure_scoresLower(int offset) {
    assertThat(leadOfFirst(offset)).isNegative();
  }

  @Test
  void decide_equalCandidates_areDrawnEvenly() {
    var counts = new int[StateShape.CANDIDATES];
    State state = state(new float[5][5]);
    for (int i = 0; i < 10_000; i++) {
      counts[WeightedScorePolicy.create().decide(state, random).choice().getAsInt()]++;
    }
    assertThat(counts).satisfies(c -> assertThat(c).hasSize(5));
    for (int count : counts) {
      assertThat(count).isBetween(1_800, 2_200); // 5 standard deviations
    }
  }

  @Test
  void decide_tinyTemperatureAndHugeWeights_takesTheBestWithoutOverflow() {
    var policy = WeightedScorePolicy.create(new Weights(1e6, 1e6, 1e6, 1e6, 1e6), Double.MIN_VALUE);
    State state = state(new float[] {0, 1, 0, 0, 1}, new float[] {1, 0, 1, 1, 0});
    for (int i = 0; i < 100; i++) {
      Decision decision = policy.decide(state, random);
      assertThat(decision.choice()).hasValue(1);
      assertThat(decision.propensity()).isOne();
    }
  }

  @Test
  void decide_hugeTemperature_isEven() {
    var policy = WeightedScorePolicy.create(Weights.DEFAULT, Double.MAX_VALUE);
    State state = state(new float[] {0, 1, 0, 0, 1}, new float[] {1, 0, 1, 1, 0});
    assertThat(policy.decide(state, random).propensity()).isEqualTo(0.5);
  }

  @Test
  void name_holdsWeightsAndTemperature() {
    assertThat(WeightedScorePolicy.create(new Weights(0.4, 0.3, 0.1, 0, 20), 0.05).name())
        .isEqualTo(
            "weighted-score/1 (similarity 0.4, trust 0.3, success 0.1, response 0, load 20,"
                + " temperature 0.05)");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY, 1e7})
  void weights_outOfRange_areRefusedByName(double weight) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Weights(1, 1, 1, 1, weight))
        .withMessageContaining("load")
        .withMessageContaining(String.valueOf(weight));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void create_temperatureOutOfRange_isRefused(double temperature) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WeightedScorePolicy.create(Weights.DEFAULT, temperature))
        .withMessageContaining(String.valueOf(temperature));
  }

  private double leadOfFirst(int offset) {
    var more = new float[] {0.5f, 0.5f, 0.5f, 0.5f, 0.5f};
    var less = more.clone();
    more[offset] = 0.6f;
    var scores = WeightedScorePolicy.create().decide(state(more, less), random).scores();
    return scores.get(0) - scores.get(1);
  }

  private double propensityOf(WeightedScorePolicy policy, State state, int choice) {
    while (true) {
      Decision decision = policy.decide(state, random);
      if (decision.choice().getAsInt() == choice) {
        return decision.propensity();
      }
    }
  }

  private static State state(float[]... candidates) {
    var values = new float[StateShape.SIZE];
    for (int i = 0; i < candidates.length; i++) {
      System.arraycopy(candidates[i], 0, values, StateShape.candidate(i), candidates[i].length);
    }
    return new State(values, candidates.length);
  }
}
