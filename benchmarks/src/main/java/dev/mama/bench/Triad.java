package dev.mama.bench;

import java.util.stream.IntStream;

/**
 * The bandwidth of main memory by STREAM's triad, {@code a[i] = b[i] + s * c[i]}, on all cores
 * (McCalpin, 1995): 24 bytes a step, as STREAM counts.
 */
final class Triad {

  private static final int LENGTH = 1 << 23; // 64 MiB an array, more than caches hold

  private Triad() {}

  /** Bytes a second, the best of {@code rounds}. */
  static double rate(int rounds) {
    var a = new double[LENGTH];
    var b = new double[LENGTH];
    var c = new double[LENGTH];
    int parts = 64;
    double best = 0;
    for (int round = 0; round < rounds; round++) {
      long start = System.nanoTime();
      IntStream.range(0, parts)
          .parallel()
          .forEach(part -> {
            int from = LENGTH / parts * part;
            for (int i = from; i < from + LENGTH / parts; i++) {
              a[i] = b[i] + 3.0 * c[i];
            }
          });
      best = Math.max(best, 24.0 * LENGTH / ((System.nanoTime() - start) / 1e9));
    }
    return best;
  }
}
