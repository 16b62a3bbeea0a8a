package dev.mama.matching;

import java.util.function.Supplier;

/**
 * A network that is loaded twice: once to read on one core, for texts asked at once, which run side
 * by side; once to read on several, for a text that is alone.
 *
 * <p>Thread-safe, as {@link Network} says.
 */
final class LoneTextNetwork implements Network {

  private final Network one;
  private final Network several;

  private LoneTextNetwork(Network one, Network several) {
    this.one = one;
    this.several = several;
  }

  /** Takes {@code one} over, and closes it also when {@code load} fails. */
  static LoneTextNetwork of(Network one, Supplier<Network> load) {
    try {
      return new LoneTextNetwork(one, load.get());
    } catch (RuntimeException e) {
      one.close();
      throw e;
    }
  }

  @Override
  public String engine() {
    return one.engine();
  }

  @Override
  public int largestBatch() {
    return one.largestBatch();
  }

  @Override
  public float[] run(long[] ids, long[] mask, int texts, int tokens) {
    return one.run(ids, mask, texts, tokens);
  }

  @Override
  public float[] runAlone(long[] ids, long[] mask) {
    return several.run(ids, mask, 1, ids.length);
  }

  @Override
  public void close() {
    one.close();
    several.close();
  }
}
