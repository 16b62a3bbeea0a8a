package dev.mama.marl;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A multi-layer perceptron in Java: linear layers with ReLU between them, none after the last. Its
 * parameters are one float[]: of each layer the matrix, a row per input, then the biases. The same
 * input gives the same bits alone and in any batch, with the Vector API and without.
 *
 * <p>Immutable.
 */
final class Mlp {

  /** 50 → 256 → 128 → 64, and then as many as there are actions. */
  private static final int[] HIDDEN = {50, 256, 128, 64};

  private final int[] sizes;
  private final float[] parameters;
  private final Layers layers;

  /**
   * @param sizes inputs, hidden layers, outputs
   * @param parameters {@link #count} of them; copied
   */
  Mlp(int[] sizes, float[] parameters) {
    if (parameters.length != count(sizes)) {
      throw new IllegalArgumentException(
          "a network of layers %s has %d parameters, not %d"
              .formatted(Arrays.toString(sizes), count(sizes), parameters.length));
    }
    this.sizes = sizes.clone();
    this.parameters = parameters.clone();
    this.layers = Layers.fastest(sizes, parameters);
  }

  /** The sizes of the policy's layers for {@code outputs} actions. */
  static int[] policySizes(int outputs) {
    int[] sizes = Arrays.copyOf(HIDDEN, HIDDEN.length + 1);
    sizes[HIDDEN.length] = outputs;
    return sizes;
  }

  /** A network of random weights (He et al., 2015), whose last layer is 0 and so all it says. */
  static Mlp silent(int[] sizes, long seed) {
    var random = new SplittableRandom(seed);
    float[] parameters = new float[count(sizes)];
    int at = 0;
    for (int layer = 0; layer < sizes.length - 2; layer++) {
      double deviation = Math.sqrt(2.0 / sizes[layer]);
      for (int i = 0; i < sizes[layer] * sizes[layer + 1]; i++) {
        parameters[at++] = (float) (deviation * random.nextGaussian());
      }
      at += sizes[layer + 1];
    }
    return new Mlp(sizes, parameters);
  }

  /** How many parameters a network of these layers has. */
  static int count(int[] sizes) {
    int count = 0;
    for (int layer = 0; layer + 1 < sizes.length; layer++) {
      count += (sizes[layer] + 1) * sizes[layer + 1];
    }
    return count;
  }

  int[] sizes() {
    return sizes.clone();
  }

  int outputs() {
    return sizes[sizes.length - 1];
  }

  /** A copy of the parameters. */
  float[] parameters() {
    return parameters.clone();
  }

  /** The outputs for one input of {@code sizes()[0]} floats. */
  float[] run(float[] input) {
    return layers.run(input, 1);
  }

  /** The outputs for inputs, float[rows][inputs] flattened; float[rows][outputs] flattened. */
  float[] run(float[] inputs, int rows) {
    return layers.run(inputs, rows);
  }
}
