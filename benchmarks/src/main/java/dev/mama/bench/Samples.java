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

  /** All measurements of {@code parts}, one part after the other. */
  static Samples all(List<Samples> parts) {
    var all = new Samples();
    parts.forEach(part -> Arrays.stream(part.nanos, 0, part.size).forEach(all::add));
    return all;
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

  /** All of them, in the order taken. */
  long[] nanos() {
    return Arrays.copyOf(nanos, size);
  }

  /**
   * What there is to say of them: {@code name.mean}, {@code .sd} (of the sample), {@code .min},
   * {@code .p50} with its 95 % percentile bootstrap interval, {@code .p95}, {@code .p99} and {@code
   * .max}. How many there are stands in each.
   *
   * @param unit {@code ms}, {@code us} or {@code ns}
   * @throws IllegalArgumentException if there are none, or the unit is another
   */
  public List<Figure> summary(String name, String unit) {
    if (size == 0) {
      throw new IllegalArgumentException("%s: there are no measurements".formatted(name));
    }
    double nanosPerUnit =
        switch (unit) {
          case "ms" -> 1e6;
          case "us" -> 1e3;
          case "ns" -> 1;
          default ->
              throw new IllegalArgumentException(
                  "%s: unit '%s' must be ms, us or ns".formatted(name, unit));
        };
    double mean = Arrays.stream(nanos, 0, size).average().orElseThrow();
    double squares = 0;
    for (int i = 0; i < size; i++) {
      squares += (nanos[i] - mean) * (nanos[i] - mean);
    }
    double deviation = size == 1 ? 0 : Math.sqrt(squares / (size - 1));
    var random = new SplittableRandom(size);
    double[] medians = new double[RESAMPLES];
    long[] drawn = new long[size];
    for (int r = 0; r < RESAMPLES; r++) {
      for (int i = 0; i < size; i++) {
        drawn[i] = nanos[random.nextInt(size)];
      }
      medians[r] = median(drawn) / nanosPerUnit;
    }
    return List.of(
        Figure.of(name + ".mean", mean / nanosPerUnit, unit, size),
        Figure.of(name + ".sd", deviation / nanosPerUnit, unit, size),
        Figure.of(
            name + ".min",
            Arrays.stream(nanos, 0, size).min().orElseThrow() / nanosPerUnit,
            unit,
            size),
        interval(Figure.of(name + ".p50", quantile(0.5) / nanosPerUnit, unit, size), medians),
        Figure.of(name + ".p95", quantile(0.95) / nanosPerUnit, unit, size),
        Figure.of(name + ".p99", quantile(0.99) / nanosPerUnit, unit, size),
        Figure.of(name + ".max", quantile(1) / nanosPerUnit, unit, size));
  }

  /**
   * {@code count} over the median of these, per second, with the 95 % percentile bootstrap interval
   * of that median.
   *
   * @param count what happened in each of the measured times
   * @throws IllegalArgumentException if there are none
   */
  public Figure rate(String name, double count) {
    if (size == 0) {
      throw new IllegalArgumentException("%s: there are no measurements".formatted(name));
    }
    var random = new SplittableRandom(size);
    double[] rates = new double[RESAMPLES];
    long[] drawn = new long[size];
    for (int r = 0; r < RESAMPLES; r++) {
      for (int i = 0; i < size; i++) {
        drawn[i] = nanos[random.nextInt(size)];
      }
      rates[r] = count * 1e9 / median(drawn);
    }
    return interval(Figure.of(name, count * 1e9 / quantile(0.5), "1/s", size), rates);
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
      ratios[r] = (double) median(mine) / median(theirs);
    }
    double ratio = (double) quantile(0.5) / others.quantile(0.5);
    return interval(Figure.of(name, ratio, "ratio", size), ratios);
  }

  /** The value in the middle, the upper one of two; sorts {@code values}. */
  private static long median(long[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static Figure interval(Figure figure, double[] resampled) {
    Arrays.sort(resampled);
    return figure.interval(resampled[RESAMPLES / 40], resampled[RESAMPLES - 1 - RESAMPLES / 40]);
  }
}
