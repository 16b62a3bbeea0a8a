package dev.mama.marl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.Decision;
import dev.mama.State;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SwappablePolicyTest {

  private final LearnedPolicy one = LearnedPolicy.of(Policies.random(ActionShape.CANDIDATES, 1));
  private final LearnedPolicy two = LearnedPolicy.of(Policies.random(ActionShape.CANDIDATES, 2));

  /** A decision is the whole work of the policy whose name it bears. */
  @Test
  void swap_whileManyDecide_eachDecisionIsOfTheVersionItNames() throws Exception {
    SwappablePolicy policy = SwappablePolicy.of(one);
    var done = new AtomicBoolean();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var deciding = new ArrayList<Future<Integer>>();
      for (int thread = 0; thread < 4; thread++) {
        int seed = thread;
        deciding.add(threads.submit(() -> decide(policy, seed, done)));
      }
      for (int i = 0; i < 500; i++) {
        policy.swap(i % 2 == 0 ? two : one);
      }
      done.set(true);
      for (Future<Integer> decided : deciding) {
        assertThat(decided.get()).isPositive();
      }
    }
  }

  private int decide(SwappablePolicy policy, int seed, AtomicBoolean done) {
    var random = new SplittableRandom(seed);
    int count = 0;
    do {
      State state = Policies.state(random, 5);
      Decision decision = policy.decide(state, new SplittableRandom(count));
      LearnedPolicy named = decision.policy().equals(one.name()) ? one : two;
      assertThat(decision).isEqualTo(named.decide(state, new SplittableRandom(count)));
      count++;
    } while (!done.get());
    return count;
  }

  @Test
  void swap_returnsTheOneBefore() {
    SwappablePolicy policy = SwappablePolicy.of(one);
    assertThat(policy.swap(two)).isSameAs(one);
    assertThat(policy.name()).isEqualTo(two.name());
  }
}
