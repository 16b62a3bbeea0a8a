package dev.mama.testkit;

import dev.mama.Decision;
import dev.mama.State;
import dev.mama.StateShape;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.spi.Policy;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyContractMutantsTest {

  @ParameterizedTest
  @ValueSource(
      classes = {
        ChoosesOutOfRange.class,
        ChoosesAbsentCandidates.class,
        ChoosesWhenNobodyIsThere.class,
        SaysItWasCertain.class,
        SaysItWasEven.class,
        DoublesPropensity.class,
        TellsTheBestsPropensity.class,
        BringsItsOwnChance.class,
        IgnoresChance.class,
        TakesTurns.class,
        KeepsScoresToItself.class,
        ScoresNotANumber.class,
        DecidesAnonymously.class
      })
  void mutant_isKilled(Class<?> mutant) {
    Mutants.assertKilled(mutant);
  }

  static class ChoosesOutOfRange extends Mutant {
    @Override
    Decision decide(State state, RandomGenerator random) {
      Decision real = real(state, random);
      return choosing(real, real.choice().orElse(-1) + 1);
    }
  }

  static class ChoosesAbsentCandidates extends Mutant {
    @Override
    Decision decide(State state, RandomGenerator random) {
      if (state.candidates() == 0) {
        return real(state, random);
      }
      int choice = random.nextInt(StateShape.CANDIDATES);
      return with(choosing(real(state, random), choice), 1.0 / StateShape.CANDIDATES);
    }
  }

  static class ChoosesWhenNobodyIsThere extends Mutant {
    @Override
    Decision decide(State state, RandomGenerator random) {
      Decision real = real(state, random);
      return state.candidates() == 0 ? choosing(real, 0) : real;
    }
  }

  static class SaysItWasCertain extends Mutant {
    @Override
    Decision decide(State state, RandomGenerator random) {
      return with(real(state, random), 1);
    }
  }

  static class SaysItWasEven extends Mutant {
    @Override
    Decision decide(State state, RandomGenerator random) {
      return with(real(state, random), 1.0 / Math.max(1, state.candidates()));
    }
  }

  static class DoublesPropensity extends Mutant {
    @Override
    Decision decide(State state, RandomGenerator random) {
      Decision real = real(state, random);
      return with(real, Math.min(1, 2 * real.propensity()));
    }
  }

  /** Explores a tenth of the time and forgets to say so. */
  static class TellsTheBestsPropensity extends Mutant {
    @Override
    Decision decide(State state, RandomGenerator random) {
      Decision real = real(state, random);
      return state.candidates() > 1 && random.nextInt(10) == 0
          ? choosing(real, random.nextInt(state.candidates()))
          : real;
    }
  }

  static class BringsItsOwnChance extends Mutant {
    private final SplittableRandom own = new SplittableRandom(1);

    @Override
    Decision decide(State state, RandomGenerator random) {
      synchronized (own) {
        return real(state, own);
      }
    }
  }

  static class IgnoresChance extends Mutant {
    @Override
    Decision decide(State state, RandomGenerator random) {
      return real(state, new SplittableRandom(1));
    }
  }

  static class TakesTurns extends Mutant {
    private final AtomicInteger turn = new AtomicInteger();

    @Override
    Decision decide(State state, RandomGenerator random) {
      int candidates = state.candidates();
      return candidates == 0
          ? real(state, random)
          : with(
              choosing(real(state, random), Math.floorMod(turn.getAndIncrement(), candidates)),
              1.0 / candidates);
    }
  }

  static class KeepsScoresToItself extends Mutant {
    @Override
    Decision decide(State state, RandomGenerator random) {
      Decision real = real(state, random);
      return new Decision(real.choice(), List.of(), real.propensity(), real.policy());
    }
  }

  static class ScoresNotANumber extends Mutant {
    @Override
    Decision decide(State state, RandomGenerator random) {
      Decision real = real(state, random);
      var scores = real.scores().stream().map(score -> Double.NaN).toList();
      return new Decision(real.choice(), scores, real.propensity(), real.policy());
    }
  }

  static class DecidesAnonymously extends Mutant {
    @Override
    Decision decide(State state, RandomGenerator random) {
      Decision real = real(state, random);
      return new Decision(real.choice(), real.scores(), real.propensity(), "");
    }
  }

  abstract static class Mutant extends PolicyContract {
    private final Policy policy = WeightedScorePolicy.create();

    abstract Decision decide(State state, RandomGenerator random);

    Decision real(State state, RandomGenerator random) {
      return policy.decide(state, random);
    }

    static Decision choosing(Decision real, int choice) {
      return new Decision(OptionalInt.of(choice), real.scores(), real.propensity(), real.policy());
    }

    static Decision with(Decision real, double propensity) {
      return new Decision(real.choice(), real.scores(), propensity, real.policy());
    }

    @Override
    protected Policy newPolicy() {
      return new Policy() {
        @Override
        public String name() {
          return policy.name();
        }

        @Override
        public Decision decide(State state, RandomGenerator random) {
          return Mutant.this.decide(state, random);
        }
      };
    }
  }
}
