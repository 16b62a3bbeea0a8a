package dev.mama.marl;

import java.util.Arrays;

/**
 * Layers in plain Java, one input after the other. The inner loop adds a row of weights, scaled, to
 * the sums of all outputs. It has no reduction, so the compiler turns it into vector instructions
 * on any JVM, and an input that ReLU made 0, about half of them, is passed over.
 */
final class PlainLayers implements Layers {

  private final int inputs;
  private final int outputs;
  private final float[][][] rows; // layer, input, output
  private final float[][] biases;

  PlainLayers(int[] sizes, float[] parameters) {
    inputs = sizes[0];
    outputs = sizes[sizes.length - 1];
    rows = new float[sizes.length - 1][][];
    biases = new float[sizes.length - 1][];
    int at = 0;
    for (int layer = 0; layer < rows.length; layer++) {
      int width = sizes[layer + 1];
      rows[layer] = new float[sizes[layer]][];
      for (int i = 0; i < sizes[layer]; i++) {
        rows[layer][i] = Arrays.copyOfRange(parameters, at, at += width);
      }
      biases[layer] = Arrays.copyOfRange(parameters, at, at += width);
    }
  }

  @Override
  public float[] run(float[] all, int count) {
    if (count == 1) {
      return one(all);
    }
    float[] results = new float[count * outputs];
    for (int row = 0; row < count; row++) {
      float[] result = one(Arrays.copyOfRange(all, row * inputs, (row + 1) * inputs));
      System.arraycopy(result, 0, results, row * outputs, outputs);
    }
    return results;
  }

  private float[] one(float[] input) {
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
      float sum = Math.fma(ofB, b[j], Math.fma(ofA, a[j], sums[j]));
      sums[j] = Math.fma(ofD, d[j], Math.fma(ofC, c[j], sum));
    }
  }

  private static void add(float[] sums, float[] row, float of) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] = Math.fma(of, row[j], sums[j]);
    }
  }
}
