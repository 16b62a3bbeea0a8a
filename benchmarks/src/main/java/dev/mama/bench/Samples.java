package dev.mama.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Measurements of one thing, in the order taken, in nanoseconds.
 *
 * <p>Not thread-safe.
 */
public final class Samples {

  private static final int RESAMPLES = 1_000;

  private long[] nanos = new long[1_024];
  private int size;

  /** Adds one measurement. */
  public void add(long measuredNanos) {
    if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * size);
    }
    nanos[size++] = measuredNanos;
  }

  /** How many there are. */
  public int size() {
    return size;
  }

  /**
   * The value below which the share {@code q} of the measurements lies (nearest rank).
   *
   * @param q in (0, 1]
   * @return nanoseconds; 0 if there are none
   */
  public long quantile(double q) {
    long[] sorted = Arrays.copyOf(nanos, size);
    Arrays.sort(sorted);
    return size == 0 ? 0 : sorted[(int) Math.ceil(q * size) - 1];
  }

  /** The figures {@code name.p50}, {@code .p95} and {@code .p99} in milliseconds. */
  public List<Figure> percentiles(String name) {
    var figures = new ArrayList<Figure>();
    for (int percent : new int[] {50, 95, 99}) {
      figures.add(Figure.of(name + ".p" + percent, quantile(percent / 100.0) / 1e6, "ms", size));
    }
    return figures;
  }

  /**
   * The median of these over the median of {@code others}, measured in turn with them, with the 95
   * % percentile bootstrap interval over the pairs (Efron and Tibshirani, An Introduction to the
   * Bootstrap, 1993).
   *
   * @throws IllegalArgumentException if the two have different sizes, or none
   */
  public Figure over(Samples others, String name) {
    if (size != others.size || size == 0) {
      throw new IllegalArgumentException(
          "%s: %d measurements against %d; they must be paired".formatted(name, size, others.size));
    }
    var random = new SplittableRandom(size);
    double[] ratios = new double[RESAMPLES];
    long[] mine = new long[size];
    long[] theirs = new long[size];
    for (int r = 0; r < RESAMPLES; r++) {
      for (int i = 0; i < size; i++) {
        int drawn = random.nextInt(size);
        mine[i] = nanos[drawn];
        theirs[i] = others.nanos[drawn];
      }
      Arrays.sort(mine);
      Arrays.sort(theirs);
      ratios[r] = (double) mine[size / 2] / theirs[size / 2];
    }
    Arrays.sort(ratios);
    return Figure.of(name, (double) quantile(0.5) / others.quantile(0.5), "ratio", size)
        .interval(ratios[RESAMPLES / 40], ratios[RESAMPLES - 1 - RESAMPLES / 40]);
  }
}
