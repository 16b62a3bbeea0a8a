package dev.mama.matching;

/**
 * A scan for JVMs without the Vector API.
 *
 * <p>Java adds floats strictly in order, which no compiler may turn into vector instructions; sums
 * of whole numbers it may. So the query becomes whole numbers of up to 16 bits, too.
 */
final class PlainSketchScan implements SketchScan {

  @Override
  public Query query(float[] query) {
    // The greatest whole number for which a sum over all places still fits into an int.
    int most = Math.clamp(Integer.MAX_VALUE / (127L * query.length), 1, Short.MAX_VALUE);
    float greatest = 0;
    for (float value : query) {
      greatest = Math.max(greatest, Math.abs(value));
    }
    float step = greatest / most;
    var whole = new short[query.length];
    double lost = 0;
    for (int d = 0; d < whole.length && step > 0; d++) {
      whole[d] = (short) Math.clamp((long) Math.rint(query[d] / step), -most, most);
      double missing = query[d] - (double) whole[d] * step;
      lost += missing * missing;
    }
    return new Wholes(whole, step, step > 0 ? Math.sqrt(lost) : greatest * query.length);
  }

  private static final class Wholes implements Query {

    private final short[] query;
    private final float step;
    private final double lost;

    Wholes(short[] query, float step, double lost) {
      this.query = query;
      this.step = step;
      this.lost = lost;
    }

    @Override
    public double lost() {
      return lost;
    }

    @Override
    public void scores(byte[] sketch, float[] scale, int from, int to, float[] scores) {
      for (int row = from; row < to; row++) {
        scores[row - from] = sum(sketch, row * query.length) * step * scale[row];
      }
    }

    private int sum(byte[] sketch, int from) {
      int sum = 0;
      for (int d = 0; d < query.length; d++) {
        sum += query[d] * sketch[from + d];
      }
      return sum;
    }
  }
}
