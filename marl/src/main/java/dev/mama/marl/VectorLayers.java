package dev.mama.marl;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Layers on the Vector API; needs {@code --add-modules jdk.incubator.vector}.
 *
 * <p>The weights stand in panels, as wide as two registers: first the biases of as many outputs,
 * then a row per input. Of many inputs four are taken through a panel at a time, their sums in
 * registers from beginning to end, and all of a block before the next panel, which so stays in the
 * nearest cache (K. Goto and R. van de Geijn, Anatomy of High-Performance Matrix Multiplication,
 * 2008). One input alone goes through two panels at a time, and what ReLU made 0 is passed over.
 */
final class VectorLayers implements Layers {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final int PANEL = 2 * LANES;
  private static final int BLOCK = 64;

  private final int[] sizes;
  private final float[][] panels;

  VectorLayers(int[] sizes, float[] parameters) {
    this.sizes = sizes.clone();
    panels = new float[sizes.length - 1][];
    int at = 0;
    for (int layer = 0; layer < panels.length; layer++) {
      panels[layer] = panels(parameters, at, sizes[layer], sizes[layer + 1]);
      at += (sizes[layer] + 1) * sizes[layer + 1];
    }
  }

  /** Whether registers are wide enough to be worth it. */
  static boolean isWide() {
    return LANES >= 8;
  }

  /** Outputs that fill up the last panel have weights of 0. */
  private static float[] panels(float[] parameters, int from, int inputs, int outputs) {
    int length = (inputs + 1) * PANEL;
    float[] packed = new float[padded(outputs) / PANEL * length];
    for (int j = 0; j < outputs; j++) {
      int to = j / PANEL * length + j % PANEL;
      packed[to] = parameters[from + inputs * outputs + j];
      for (int i = 0; i < inputs; i++) {
        packed[to + (i + 1) * PANEL] = parameters[from + i * outputs + j];
      }
    }
    return packed;
  }

  private static int padded(int outputs) {
    return (outputs + PANEL - 1) / PANEL * PANEL;
  }

  @Override
  public float[] run(float[] inputs, int rows) {
    int outputs = sizes[sizes.length - 1];
    float[] results = new float[rows * outputs];
    for (int from = 0; from < rows; from += BLOCK) {
      int count = Math.min(BLOCK, rows - from);
      float[] block = block(inputs, from * sizes[0], count);
      int width = block.length / count;
      for (int row = 0; row < count; row++) {
        System.arraycopy(block, row * width, results, (from + row) * outputs, outputs);
      }
    }
    return results;
  }

  private float[] block(float[] inputs, int from, int rows) {
    float[] values = inputs;
    int first = from;
    int stride = sizes[0];
    for (int layer = 0; layer < panels.length; layer++) {
      int width = padded(sizes[layer + 1]);
      float floor = layer + 1 < panels.length ? 0 : Float.NEGATIVE_INFINITY;
      float[] sums = new float[rows * width];
      layer(panels[layer], sizes[layer], values, first, stride, rows, sums, width, floor);
      values = sums;
      first = 0;
      stride = width;
    }
    return values;
  }

  private static void layer(
      float[] weights,
      int inputs,
      float[] values,
      int first,
      int stride,
      int rows,
      float[] sums,
      int width,
      float floor) {
    int fours = rows - rows % 4;
    int length = (inputs + 1) * PANEL;
    for (int panel = 0; fours > 0 && panel < width / PANEL; panel++) {
      for (int row = 0; row < fours; row += 4) {
        int from = first + row * stride;
        int to = row * width + panel * PANEL;
        four(weights, panel * length, inputs, values, from, stride, sums, to, width, floor);
      }
    }
    for (int row = fours; row < rows; row++) {
      one(weights, inputs, values, first + row * stride, sums, row * width, width, floor);
    }
  }

  /** Four inputs through one panel. */
  private static void four(
      float[] weights,
      int panel,
      int inputs,
      float[] values,
      int first,
      int stride,
      float[] sums,
      int to,
      int width,
      float floor) {
    var a0 = FloatVector.fromArray(FLOATS, weights, panel);
    var a1 = FloatVector.fromArray(FLOATS, weights, panel + LANES);
    var b0 = a0;
    var b1 = a1;
    var c0 = a0;
    var c1 = a1;
    var d0 = a0;
    var d1 = a1;
    int second = first + stride;
    int third = second + stride;
    int fourth = third + stride;
    int row = panel + PANEL;
    for (int i = 0; i < inputs; i++) {
      var w0 = FloatVector.fromArray(FLOATS, weights, row + i * PANEL);
      var w1 = FloatVector.fromArray(FLOATS, weights, row + i * PANEL + LANES);
      var a = FloatVector.broadcast(FLOATS, values[first + i]);
      a0 = w0.fma(a, a0);
      a1 = w1.fma(a, a1);
      var b = FloatVector.broadcast(FLOATS, values[second + i]);
      b0 = w0.fma(b, b0);
      b1 = w1.fma(b, b1);
      var c = FloatVector.broadcast(FLOATS, values[third + i]);
      c0 = w0.fma(c, c0);
      c1 = w1.fma(c, c1);
      var d = FloatVector.broadcast(FLOATS, values[fourth + i]);
      d0 = w0.fma(d, d0);
      d1 = w1.fma(d, d1);
    }
    a0.max(floor).intoArray(sums, to);
    a1.max(floor).intoArray(sums, to + LANES);
    b0.max(floor).intoArray(sums, to + width);
    b1.max(floor).intoArray(sums, to + width + LANES);
    c0.max(floor).intoArray(sums, to + 2 * width);
    c1.max(floor).intoArray(sums, to + 2 * width + LANES);
    d0.max(floor).intoArray(sums, to + 3 * width);
    d1.max(floor).intoArray(sums, to + 3 * width + LANES);
  }

  /** One input through all panels. */
  private static void one(
      float[] weights,
      int inputs,
      float[] values,
      int first,
      float[] sums,
      int to,
      int width,
      float floor) {
    int[] present = new int[inputs];
    int count = 0;
    for (int i = 0; i < inputs; i++) {
      present[count] = i;
      count += values[first + i] != 0 ? 1 : 0;
    }
    int length = (inputs + 1) * PANEL;
    int panel = 0;
    int j = 0;
    for (; j + 2 * PANEL <= width; j += 2 * PANEL) {
      two(weights, panel, panel + length, present, count, values, first, sums, to + j, floor);
      panel += 2 * length;
    }
    if (j < width) {
      last(weights, panel, present, count, values, first, sums, to + j, floor);
    }
  }

  private static void two(
      float[] weights,
      int left,
      int right,
      int[] present,
      int count,
      float[] values,
      int first,
      float[] sums,
      int to,
      float floor) {
    var a = FloatVector.fromArray(FLOATS, weights, left);
    var b = FloatVector.fromArray(FLOATS, weights, left + LANES);
    var c = FloatVector.fromArray(FLOATS, weights, right);
    var d = FloatVector.fromArray(FLOATS, weights, right + LANES);
    for (int k = 0; k < count; k++) {
      int row = (present[k] + 1) * PANEL;
      var value = FloatVector.broadcast(FLOATS, values[first + present[k]]);
      a = FloatVector.fromArray(FLOATS, weights, left + row).fma(value, a);
      b = FloatVector.fromArray(FLOATS, weights, left + row + LANES).fma(value, b);
      c = FloatVector.fromArray(FLOATS, weights, right + row).fma(value, c);
      d = FloatVector.fromArray(FLOATS, weights, right + row + LANES).fma(value, d);
    }
    a.max(floor).intoArray(sums, to);
    b.max(floor).intoArray(sums, to + LANES);
    c.max(floor).intoArray(sums, to + PANEL);
    d.max(floor).intoArray(sums, to + PANEL + LANES);
  }

  private static void last(
      float[] weights,
      int panel,
      int[] present,
      int count,
      float[] values,
      int first,
      float[] sums,
      int to,
      float floor) {
    var a = FloatVector.fromArray(FLOATS, weights, panel);
    var b = FloatVector.fromArray(FLOATS, weights, panel + LANES);
    for (int k = 0; k < count; k++) {
      int row = panel + (present[k] + 1) * PANEL;
      var value = FloatVector.broadcast(FLOATS, values[first + present[k]]);
      a = FloatVector.fromArray(FLOATS, weights, row).fma(value, a);
      b = FloatVector.fromArray(FLOATS, weights, row + LANES).fma(value, b);
    }
    a.max(floor).intoArray(sums, to);
    b.max(floor).intoArray(sums, to + LANES);
  }
}
