package dev.mama.matching;

/**
 * A dot product for JVMs without the Vector API.
 *
 * <p>Java adds floats strictly in order, so a single sum would wait for every addition before the
 * next; eight sums do not wait for each other.
 */
final class PlainDotProduct implements DotProduct {

  @Override
  public float of(float[] query, float[] rows, int from) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    float e = 0;
    float f = 0;
    float g = 0;
    float h = 0;
    int i = 0;
    for (; i <= query.length - 8; i += 8) {
      a += query[i] * rows[from + i];
      b += query[i + 1] * rows[from + i + 1];
      c += query[i + 2] * rows[from + i + 2];
      d += query[i + 3] * rows[from + i + 3];
      e += query[i + 4] * rows[from + i + 4];
      f += query[i + 5] * rows[from + i + 5];
      g += query[i + 6] * rows[from + i + 6];
      h += query[i + 7] * rows[from + i + 7];
    }
    for (; i < query.length; i++) {
      a += query[i] * rows[from + i];
    }
    return ((a + b) + (c + d)) + ((e + f) + (g + h));
  }
}
