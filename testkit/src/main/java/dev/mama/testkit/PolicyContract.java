package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mama.Decision;
import dev.mama.State;
import dev.mama.StateShape;
import dev.mama.spi.Policy;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Policy} keeps to. */
public abstract class PolicyContract {

  private static final int STATES = 300;
  private static final int DRAWS = 20_000;

  private Policy policy;

  protected abstract Policy newPolicy();

  @BeforeEach
  void create() {
    policy = newPolicy();
  }

  @Test
  void decide_noCandidates_isNoneForCertain() {
    var random = new SplittableRandom(1);
    for (int i = 0; i < STATES; i++) {
      Decision decision = policy.decide(state(random, 0), random);
      assertThat(decision.choice()).isEmpty();
      assertThat(decision.scores()).isEmpty();
      assertThat(decision.propensity()).isOne();
    }
  }

  @Test
  void decide_candidates_choosesOneOfThemOrNone() {
    var random = new SplittableRandom(2);
    for (int i = 0; i < STATES; i++) {
      State state = anyState(random);
      Decision decision = policy.decide(state, random);
      decision
          .choice()
          .ifPresent(choice -> assertThat(choice).isBetween(0, state.candidates() - 1));
      assertThat(decision.propensity()).isGreaterThan(0).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void decide_candidates_scoresEachOfThem() {
    var random = new SplittableRandom(3);
    for (int i = 0; i < STATES; i++) {
      State state = anyState(random);
      assertThat(policy.decide(state, random).scores())
          .hasSize(state.candidates())
          .allMatch(Double::isFinite);
    }
  }

  @Test
  void decide_always_saysWhichPolicyDecided() {
    var random = new SplittableRandom(4);
    assertThat(policy.name()).isNotBlank();
    for (int candidates = 0; candidates <= StateShape.CANDIDATES; candidates++) {
      assertThat(policy.decide(state(random, candidates), random).policy())
          .isEqualTo(policy.name());
    }
  }

  @Test
  void decide_sameStateAndRandomNumbers_isTheSameDecision() {
    var random = new SplittableRandom(5);
    for (int i = 0; i < STATES; i++) {
      State state = anyState(random);
      Decision first = policy.decide(state, new SplittableRandom(i));
      assertThat(policy.decide(state, new SplittableRandom(i))).isEqualTo(first);
      assertThat(newPolicy().decide(state, new SplittableRandom(i))).isEqualTo(first);
    }
  }

  @Test
  void decide_fromManyThreads_isTheSameAsAlone() throws InterruptedException {
    var random = new SplittableRandom(6);
    var states = new State[STATES];
    Arrays.setAll(states, i -> anyState(random));
    var alone = new Decision[STATES];
    Arrays.setAll(alone, i -> policy.decide(states[i], new SplittableRandom(i)));
    Threads.run(
        8,
        thread -> {
          for (int i = 0; i < STATES; i++) {
            assertThat(policy.decide(states[i], new SplittableRandom(i))).isEqualTo(alone[i]);
          }
        });
  }

  /**
   * Frequency and propensity may differ by five standard deviations, so that a right one fails by
   * chance once in a million.
   */
  @Test
  void propensity_manyDraws_isHowOftenTheChoiceComes() {
    var random = new SplittableRandom(7);
    for (int candidates = 1; candidates <= StateShape.CANDIDATES; candidates++) {
      State state = state(random, candidates);
      var counts = new int[candidates + 1]; // the last is "none"
      var propensities = new double[candidates + 1];
      for (int i = 0; i < DRAWS; i++) {
        Decision decision = policy.decide(state, random);
        int choice = decision.choice().orElse(candidates);
        assertThat(choice).isBetween(0, candidates);
        if (counts[choice]++ > 0) {
          assertThat(decision.propensity()).isCloseTo(propensities[choice], within(1e-12));
        }
        propensities[choice] = decision.propensity();
      }
      for (int choice = 0; choice <= candidates; choice++) {
        double propensity = propensities[choice];
        double deviation = Math.sqrt(propensity * (1 - propensity) / DRAWS);
        assertThat((double) counts[choice] / DRAWS)
            .as("frequency of choice %d of %d, propensity %s", choice, candidates, propensity)
            .isCloseTo(propensity, within(5 * deviation + 1.0 / DRAWS));
      }
      assertThat(Arrays.stream(propensities).sum())
          .as("propensities of all choices seen")
          .isBetween(0.99, 1 + 1e-9);
    }
  }

  private static State anyState(SplittableRandom random) {
    return state(random, random.nextInt(1, StateShape.CANDIDATES + 1));
  }

  /** Candidates so much alike that few policies are sure of one, zeros for absent candidates. */
  private static State state(SplittableRandom random, int candidates) {
    var values = new float[StateShape.SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    var alike = new float[StateShape.CANDIDATE_SIZE];
    for (int i = 0; i < alike.length; i++) {
      alike[i] = 0.98f * random.nextFloat();
    }
    for (int i = 0; i < StateShape.CANDIDATES; i++) {
      for (int j = 0; j < alike.length; j++) {
        values[StateShape.candidate(i) + j] =
            i < candidates ? alike[j] + 0.02f * random.nextFloat() : 0;
      }
    }
    return new State(values, candidates);
  }
}
