package dev.mama.marl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mama.Decision;
import dev.mama.State;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * The contract's hundred thousand draws one by one would take minutes here; drawing is the learned
 * policy's own, which keeps to the contract.
 */
class BatchingPolicyTest {

  private final LearnedPolicy one = LearnedPolicy.of(Policies.random(ActionShape.CANDIDATES, 1));

  @Test
  void decide_manyVirtualThreads_getWhatTheyWouldAlone() throws Exception {
    try (var batching = BatchingPolicy.open(one, "cpu");
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<Decision>>();
      var states = new ArrayList<State>();
      var random = new SplittableRandom(3);
      for (int i = 0; i < 100; i++) {
        State state = Policies.state(random, 1 + i % 5);
        int seed = i;
        states.add(state);
        answers.add(threads.submit(() -> batching.decide(state, new SplittableRandom(seed))));
      }
      for (int i = 0; i < states.size(); i++) {
        assertThat(answers.get(i).get())
            .isEqualTo(batching.decide(states.get(i), new SplittableRandom(i)));
      }
    }
  }

  @Test
  void decide_closed_saysSo() {
    var batching = BatchingPolicy.open(one, "cpu");
    batching.close();
    batching.close();
    State state = Policies.state(new SplittableRandom(1), 3);
    assertThatThrownBy(() -> batching.decide(state, new SplittableRandom(1)))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("is closed");
  }

  @Test
  void open_absentDevice_isRefused() {
    String absent = System.getProperty("os.name", "").startsWith("Mac") ? "cuda" : "mps";
    assertThatThrownBy(() -> BatchingPolicy.open(one, absent))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("device '%s' is not there".formatted(absent));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BatchingPolicy.open(one, "abacus"))
        .withMessageContaining("must be auto, cpu, mps or cuda");
  }

  /** Only where there is a CUDA device and a PyTorch that knows it. */
  @Test
  void open_cuda_decidesAsOnTheCpu() {
    assumeTrue(
        Torch.engine().getGpuCount() > 0, "not run on this machine: PyTorch finds no CUDA device");
    State state = Policies.state(new SplittableRandom(1), 4);
    try (var onDevice = BatchingPolicy.open(one, "cuda");
        var onCpu = BatchingPolicy.open(one, "cpu")) {
      assertThat(onDevice.probabilities(state))
          .containsExactly(onCpu.probabilities(state), within(1e-3));
    }
  }

  @Test
  void decide_batch_isTheLearnedPolicysTo1e5_andDrawsInOrder() {
    var states = new ArrayList<State>();
    var random = new SplittableRandom(4);
    for (int i = 0; i < 100; i++) {
      states.add(Policies.state(random, i % 6));
    }
    try (var batching = BatchingPolicy.open(one, "cpu")) {
      List<Decision> decisions = batching.decide(states, new SplittableRandom(5));
      var again = new SplittableRandom(5);
      for (int i = 0; i < states.size(); i++) {
        Decision alone = one.decide(states.get(i), again);
        assertThat(decisions.get(i).choice()).isEqualTo(alone.choice());
        assertThat(decisions.get(i).propensity()).isCloseTo(alone.propensity(), within(1e-4));
        assertThat(batching.probabilities(states.get(i)))
            .containsExactly(one.probabilities(states.get(i)), within(1e-4));
      }
    }
  }
}
