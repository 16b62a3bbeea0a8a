package dev.mama.runtime;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The figures of all agents of a group as meters: for each name how many ({@code
 * mama.figures.count}), their mean and the latest one ({@code mama.figures.mean}, {@code .latest}).
 * No summary of Micrometer's, because those leave negative numbers out.
 *
 * <p>Thread-safe.
 */
final class Figures {

  /** Names beyond these have rows, but no meters: agents make names up, and meters are for ever. */
  static final int MOST_NAMES = 100;

  private static final Logger LOG = LoggerFactory.getLogger(Figures.class);

  private final MeterRegistry meters;
  private final Map<String, Figure> figures = new ConcurrentHashMap<>();

  Figures(MeterRegistry meters) {
    this.meters = meters;
  }

  void add(String name, double value) {
    Figure figure = figures.get(name);
    if (figure == null && figures.size() < MOST_NAMES) {
      figure = begin(name);
    }
    if (figure != null) {
      figure.add(value);
    }
  }

  private synchronized @Nullable Figure begin(String name) {
    Figure figure = figures.get(name);
    if (figure == null && figures.size() < MOST_NAMES) {
      figure = new Figure(name, meters);
      figures.put(name, figure);
      if (figures.size() == MOST_NAMES) {
        LOG.warn("figures of more than {} names have rows, but no meters", MOST_NAMES);
      }
    }
    return figure;
  }

  private static final class Figure {
    private final LongAdder count = new LongAdder();
    private final DoubleAdder sum = new DoubleAdder();
    private volatile double latest;

    Figure(String name, MeterRegistry meters) {
      FunctionCounter.builder("mama.figures.count", count, LongAdder::sum)
          .tag("figure", name)
          .register(meters);
      Gauge.builder("mama.figures.mean", this, Figure::mean).tag("figure", name).register(meters);
      Gauge.builder("mama.figures.latest", this, f -> f.latest)
          .tag("figure", name)
          .register(meters);
    }

    void add(double value) {
      latest = value;
      sum.add(value);
      count.increment();
    }

    private double mean() {
      long n = count.sum();
      return n == 0 ? Double.NaN : sum.sum() / n;
    }
  }
}
