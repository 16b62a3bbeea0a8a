package dev.mama.matching;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A dot product on the Vector API; needs {@code --add-modules jdk.incubator.vector}.
 *
 * <p>Four sums hide the latency of the fused multiply and add.
 */
final class VectorDotProduct implements DotProduct {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  @Override
  public float of(float[] query, float[] rows, int from) {
    var a = FloatVector.zero(SPECIES);
    var b = a;
    var c = a;
    var d = a;
    int i = 0;
    for (; i <= query.length - 4 * LANES; i += 4 * LANES) {
      a = lanes(query, i).fma(lanes(rows, from + i), a);
      b = lanes(query, i + LANES).fma(lanes(rows, from + i + LANES), b);
      c = lanes(query, i + 2 * LANES).fma(lanes(rows, from + i + 2 * LANES), c);
      d = lanes(query, i + 3 * LANES).fma(lanes(rows, from + i + 3 * LANES), d);
    }
    for (; i <= query.length - LANES; i += LANES) {
      a = lanes(query, i).fma(lanes(rows, from + i), a);
    }
    float sum = a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    for (; i < query.length; i++) {
      sum += query[i] * rows[from + i];
    }
    return sum;
  }

  private static FloatVector lanes(float[] values, int from) {
    return FloatVector.fromArray(SPECIES, values, from);
  }
}
