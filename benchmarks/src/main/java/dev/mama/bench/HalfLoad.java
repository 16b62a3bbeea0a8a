package dev.mama.bench;

import dev.mama.bench.compare.Host;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * How long are messages on their way when as many are offered to MAMA as to a peer, half of what
 * the slower one can deliver? Measured in turn, from when each message was due.
 *
 * <p>Not thread-safe.
 */
final class HalfLoad {

  private final double perSecond;
  private final Side ours = new Side();
  private final Side theirs = new Side();

  /**
   * @param capacity deliveries per second of the slower one
   */
  HalfLoad(double capacity) {
    perSecond = capacity / 2 / 2; // half of it, and a token is delivered twice
  }

  private static final class Side {
    final Histogram all = new Histogram(3);
    final Samples p99s = new Samples();

    void add(long[] nanos) {
      var round = new Histogram(3);
      for (long each : nanos) {
        round.recordValue(Math.max(0, each));
      }
      p99s.add(round.getValueAtPercentile(99));
      all.add(round);
    }

    void addTo(List<Figure> figures, String name) {
      for (double percentile : new double[] {50, 99, 99.9}) {
        String suffix = percentile == 99.9 ? ".p999" : ".p" + (int) percentile;
        figures.add(
            Figure.of(
                name + suffix,
                all.getValueAtPercentile(percentile) / 1e3,
                "us",
                all.getTotalCount()));
      }
    }
  }

  /**
   * Measures, after one round of each that does not count.
   *
   * @param told called after each round
   */
  HalfLoad measure(Host.Start us, Host.Start them, RuntimeSizes sizes, long seed, Runnable told)
      throws InterruptedException {
    double seconds = sizes.latencyRound().toNanos() / 1e9;
    int count = (int) Math.clamp(perSecond * seconds, 1, 20_000_000);
    try (var our = new Hops(us, sizes.agents(), sizes.tokens(), seed);
        var their = new Hops(them, sizes.agents(), sizes.tokens(), seed)) {
      our.offer(perSecond, count);
      their.offer(perSecond, count);
      for (int i = 0; i < sizes.rounds(); i++) {
        ours.add(our.offer(perSecond, count));
        theirs.add(their.offer(perSecond, count));
        told.run();
      }
    }
    return this;
  }

  List<Figure> figures() {
    var figures = new ArrayList<Figure>();
    figures.add(
        Figure.of("runtime.latency.offered", 2 * perSecond, "1/s", ours.all.getTotalCount()));
    ours.addTo(figures, "runtime.latency");
    theirs.addTo(figures, "runtime.pekko.latency");
    figures.add(ours.p99s.over(theirs.p99s, "runtime.p99.over-pekko").atMost(1));
    return figures;
  }
}
