package dev.mama.marl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.Decision;
import dev.mama.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bits from every implementation, alone and in company. */
class LayersTest {

  private static final int[][] NETWORKS = {
    {50, 256, 128, 64, 5}, {50, 256, 128, 64, 6}, {2, 2, 1}, {7, 33, 65, 3}
  };

  private final SplittableRandom random = new SplittableRandom(1);

  private float[] drawn(int count, double zeros) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextDouble() < zeros ? 0 : (float) (0.3 * random.nextGaussian());
    }
    return values;
  }

  @Test
  void module_isHere_soThatBothAreTested() {
    assertThat(ModuleLayer.boot().findModule("jdk.incubator.vector")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 63, 64, 65, 130})
  void run_plainAndVector_aloneAndTogether_isTheSameBits(int rows) {
    for (int[] sizes : NETWORKS) {
      float[] parameters = drawn(Mlp.count(sizes), 0.01);
      float[] inputs = drawn(rows * sizes[0], 0.3);
      var plain = new PlainLayers(sizes, parameters);
      float[] together = plain.run(inputs, rows);
      assertThat(new VectorLayers(sizes, parameters).run(inputs, rows)).isEqualTo(together);
      int outputs = sizes[sizes.length - 1];
      for (int row = 0; row < rows; row++) {
        float[] input = Arrays.copyOfRange(inputs, row * sizes[0], (row + 1) * sizes[0]);
        float[] alone = Arrays.copyOfRange(together, row * outputs, (row + 1) * outputs);
        assertThat(plain.run(input, 1)).isEqualTo(alone);
        assertThat(new VectorLayers(sizes, parameters).run(input, 1)).isEqualTo(alone);
      }
      assertThat(together).as("not all the same").doesNotContain(Float.NaN);
    }
  }

  @Test
  void run_agreesWithDoubles() {
    int[] sizes = NETWORKS[0];
    float[] parameters = drawn(Mlp.count(sizes), 0);
    float[] input = drawn(50, 0.3);
    double[] expected = inDoubles(sizes, parameters, input);
    float[] outputs = Layers.fastest(sizes, parameters).run(input, 1);
    for (int i = 0; i < outputs.length; i++) {
      assertThat(Math.abs(outputs[i] - expected[i])).isLessThan(1e-3 * (1 + Math.abs(expected[i])));
    }
    assertThat(Math.abs(expected[0])).isGreaterThan(1e-2);
  }

  private static double[] inDoubles(int[] sizes, float[] parameters, float[] input) {
    double[] values = new double[input.length];
    Arrays.setAll(values, i -> input[i]);
    int at = 0;
    for (int layer = 0; layer + 1 < sizes.length; layer++) {
      double[] sums = new double[sizes[layer + 1]];
      for (int i = 0; i <= sizes[layer]; i++) {
        for (int j = 0; j < sums.length; j++) {
          sums[j] += (i < sizes[layer] ? values[i] : 1) * parameters[at++];
        }
      }
      boolean last = layer + 2 == sizes.length;
      values = Arrays.stream(sums).map(sum -> last ? sum : Math.max(0, sum)).toArray();
    }
    return values;
  }

  @Test
  void decide_manyAtOnce_isOneAfterTheOther() {
    for (ActionShape shape : ActionShape.values()) {
      var policy = LearnedPolicy.of(Policies.random(shape, 3));
      var states = new ArrayList<State>();
      for (int i = 0; i < 150; i++) {
        states.add(Policies.state(random, i % 6));
      }
      var draws = new SplittableRandom(5);
      List<Decision> alone = states.stream().map(state -> policy.decide(state, draws)).toList();
      assertThat(policy.decide(states, new SplittableRandom(5))).isEqualTo(alone);
      assertThat(policy.decide(List.of(), draws)).isEmpty();
    }
  }
}
