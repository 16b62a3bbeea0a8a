package dev.mama.marl;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A multi-layer perceptron in plain Java: linear layers with ReLU between them, none after the
 * last.
 *
 * <p>Its parameters are one float[]: of each layer the matrix, a row per input, then the biases.
 * The inner loop adds a row, scaled, to the sums of all outputs. It has no reduction, so the
 * compiler turns it into vector instructions on any JVM, and an input that ReLU made 0, about half
 * of them, costs nothing.
 *
 * <p>Immutable.
 */
final class Mlp {

  /** 50 → 256 → 128 → 64, and then as many as there are actions. */
  private static final int[] HIDDEN = {50, 256, 128, 64};

  private final int[] sizes;
  private final float[] parameters;
  private final float[][][] rows; // layer, input, output
  private final float[][] biases;

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
    this.rows = new float[sizes.length - 1][][];
    this.biases = new float[sizes.length - 1][];
    int at = 0;
    for (int layer = 0; layer < rows.length; layer++) {
      int outputs = sizes[layer + 1];
      rows[layer] = new float[sizes[layer]][];
      for (int i = 0; i < sizes[layer]; i++) {
        rows[layer][i] = Arrays.copyOfRange(parameters, at, at += outputs);
      }
      biases[layer] = Arrays.copyOfRange(parameters, at, at += outputs);
    }
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
    float[] values = input;
    for (int layer = 0; layer < rows.length; layer++) {
      values = layer(values, rows[layer], biases[layer]);
      if (layer + 1 < rows.length) {
        for (int j = 0; j < values.length; j++) {
          values[j] = Math.max(0, values[j]);
        }
      }
    }
    return values;
  }

  private static float[] layer(float[] inputs, float[][] rows, float[] bias) {
    float[] sums = bias.clone();
    int[] present = new int[rows.length];
    int count = 0;
    for (int i = 0; i < rows.length; i++) {
      present[count] = i;
      count += inputs[i] != 0 ? 1 : 0;
    }
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      int a = present[i];
      int b = present[i + 1];
      int c = present[i + 2];
      int d = present[i + 3];
      add(sums, rows[a], inputs[a], rows[b], inputs[b], rows[c], inputs[c], rows[d], inputs[d]);
    }
    for (; i < count; i++) {
      add(sums, rows[present[i]], inputs[present[i]]);
    }
    return sums;
  }

  /** Four rows at a time, so that the sums are read and written once for four. */
  private static void add(
      float[] sums,
      float[] a,
      float ofA,
      float[] b,
      float ofB,
      float[] c,
      float ofC,
      float[] d,
      float ofD) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] += ofA * a[j] + ofB * b[j] + (ofC * c[j] + ofD * d[j]);
    }
  }

  private static void add(float[] sums, float[] row, float of) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] += of * row[j];
    }
  }
}
