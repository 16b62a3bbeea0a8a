package dev.mama.matching;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * A scan on the Vector API; needs {@code --add-modules jdk.incubator.vector}.
 *
 * <p>Bytes become floats in the registers, four rows at a time, so that the query is loaded once
 * for four and the sums do not wait for each other.
 */
final class VectorSketchScan implements SketchScan {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();

  /** As many bytes as there are lanes. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class, isWide() ? VectorShape.forBitSize(8 * LANES) : VectorShape.S_64_BIT);

  /** Whether there is a vector of as many bytes as there are lanes; the smallest has eight. */
  static boolean isWide() {
    return FloatVector.SPECIES_PREFERRED.length() >= 8;
  }

  @Override
  public Query query(float[] query) {
    return new Floats(query);
  }

  private static final class Floats implements Query {

    private final float[] query;

    Floats(float[] query) {
      this.query = query;
    }

    @Override
    public double lost() {
      return 0;
    }

    @Override
    public void scores(byte[] sketch, float[] scale, int from, int to, float[] scores) {
      int row = from;
      for (; row <= to - 4; row += 4) {
        four(sketch, scale, row, scores, row - from);
      }
      for (; row < to; row++) {
        scores[row - from] = one(sketch, row * query.length) * scale[row];
      }
    }

    private void four(byte[] sketch, float[] scale, int row, float[] scores, int to) {
      int width = query.length;
      int first = row * width;
      int second = first + width;
      int third = second + width;
      int fourth = third + width;
      var a = FloatVector.zero(FLOATS);
      var b = a;
      var c = a;
      var d = a;
      int i = 0;
      for (; i <= width - LANES; i += LANES) {
        var q = FloatVector.fromArray(FLOATS, query, i);
        a = lanes(sketch, first + i).fma(q, a);
        b = lanes(sketch, second + i).fma(q, b);
        c = lanes(sketch, third + i).fma(q, c);
        d = lanes(sketch, fourth + i).fma(q, d);
      }
      scores[to] = (a.reduceLanes(VectorOperators.ADD) + rest(sketch, first, i)) * scale[row];
      scores[to + 1] =
          (b.reduceLanes(VectorOperators.ADD) + rest(sketch, second, i)) * scale[row + 1];
      scores[to + 2] =
          (c.reduceLanes(VectorOperators.ADD) + rest(sketch, third, i)) * scale[row + 2];
      scores[to + 3] =
          (d.reduceLanes(VectorOperators.ADD) + rest(sketch, fourth, i)) * scale[row + 3];
    }

    private float one(byte[] sketch, int from) {
      var sum = FloatVector.zero(FLOATS);
      int i = 0;
      for (; i <= query.length - LANES; i += LANES) {
        sum = lanes(sketch, from + i).fma(FloatVector.fromArray(FLOATS, query, i), sum);
      }
      return sum.reduceLanes(VectorOperators.ADD) + rest(sketch, from, i);
    }

    private float rest(byte[] sketch, int from, int i) {
      float sum = 0;
      for (int d = i; d < query.length; d++) {
        sum += query[d] * sketch[from + d];
      }
      return sum;
    }

    private static FloatVector lanes(byte[] sketch, int from) {
      return (FloatVector) ByteVector.fromArray(BYTES, sketch, from).castShape(FLOATS, 0);
    }
  }
}
