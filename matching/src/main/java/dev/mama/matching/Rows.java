package dev.mama.matching;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/*
 * Rows are written once, by the index's one writer, before the state that counts them is published;
 * after that only diedAt changes. So a search reads them without a lock, and sees whole vectors.
 *
 * A row's sketch is sketch * scale, a byte per value. What it lacks of the row is a vector of length
 * lost; by Cauchy and Schwarz a dot product with the sketch is wrong by at most lost times the
 * query's length. The rounding of fp32 while summing is in lost too.
 */
/** Rows of an index, up to a fixed number. */
final class Rows {

  /** Bounds the relative error of a sum of n products in fp32, per product. */
  private static final double ROUNDING = 0x1p-23;

  private static final VarHandle DIED = MethodHandles.arrayElementVarHandle(long[].class);

  final int capacity;
  final float[] values;
  final byte[] sketch;
  final float[] scale;
  final float[] lost;
  private final @Nullable Object[] keys;

  /** The version from which on a row is no longer there. */
  private final long[] diedAt;

  /** The length of the longest sketch; like the rows, written before it is published. */
  double longest;

  Rows(int capacity, int dimension) {
    this.capacity = capacity;
    values = new float[capacity * dimension];
    sketch = new byte[capacity * dimension];
    scale = new float[capacity];
    lost = new float[capacity];
    keys = new Object[capacity];
    diedAt = new long[capacity];
    Arrays.fill(diedAt, Long.MAX_VALUE);
  }

  void write(int row, Object key, float[] vector) {
    int dimension = vector.length;
    int at = row * dimension;
    System.arraycopy(vector, 0, values, at, dimension);
    keys[row] = key;
    float greatest = 0;
    for (float value : vector) {
      greatest = Math.max(greatest, Math.abs(value));
    }
    float step = greatest / 127;
    double missing = 0;
    double length = 0;
    for (int d = 0; d < dimension; d++) {
      byte rounded =
          step > 0 ? (byte) Math.clamp((long) Math.rint(vector[d] / step), -127, 127) : 0;
      sketch[at + d] = rounded;
      double sketched = (double) rounded * step;
      missing += (vector[d] - sketched) * (vector[d] - sketched);
      length += sketched * sketched;
    }
    scale[row] = step;
    double longestHere = Math.sqrt(length);
    lost[row] =
        Math.nextUp((float) (Math.sqrt(missing) + longestHere * ROUNDING * (dimension + 8)));
    longest = Math.max(longest, longestHere);
  }

  Object key(int row) {
    return Objects.requireNonNull(keys[row]);
  }

  boolean isThere(int row, long version) {
    return (long) DIED.getOpaque(diedAt, row) > version;
  }

  void remove(int row, long version) {
    DIED.setOpaque(diedAt, row, version);
  }

  /** The dot product in an order of its own, so that every JVM gives the same bits. */
  float similarity(float[] query, int row) {
    int from = row * query.length;
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i <= query.length - 4; i += 4) {
      a += (double) query[i] * values[from + i];
      b += (double) query[i + 1] * values[from + i + 1];
      c += (double) query[i + 2] * values[from + i + 2];
      d += (double) query[i + 3] * values[from + i + 3];
    }
    for (; i < query.length; i++) {
      a += (double) query[i] * values[from + i];
    }
    return (float) (a + b + (c + d));
  }
}
