package dev.mama.bench.soak;

import dev.mama.bench.Trend;
import java.util.List;
import java.util.Locale;

/** What must not grow for ever. */
public enum Resource {
  /** The heap after full collections. */
  HEAP("bytes", 8 << 20),
  /** The process's memory, native libraries included. */
  RSS("bytes", 64 << 20),
  /** Platform threads. */
  THREADS("count", 3),
  /** Open files and sockets. */
  DESCRIPTORS("count", 5);

  /** Readings left out at first, in which pools and caches fill: one in so many. */
  static final int FILLING = 4;

  /** Readings behind a verdict, at least. */
  static final int FEWEST = 12;

  /** Growth that is no leak, as a share of what is held. */
  static final double SHARE = 0.05;

  final String unit;
  private final double least;

  Resource(String unit, double least) {
    this.unit = unit;
    this.least = least;
  }

  /** What was found about a resource. */
  public enum Finding {
    /** It does not grow, or not by enough. */
    STEADY,
    /** It grows, and goes on growing. */
    LEAK,
    /** There are too few readings to tell. */
    UNDECIDED
  }

  /**
   * A verdict.
   *
   * @param resource about what
   * @param finding what it is
   * @param perHour the slope, per hour, over all readings that count
   * @param grown what the lower end of the slope's interval makes of the time measured
   * @param allowed what may be grown
   */
  public record Verdict(
      Resource resource, Finding finding, Trend perHour, double grown, double allowed) {}

  /** How it is called in figures. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What {@code reading} says of it. */
  public double of(Reading reading) {
    return switch (this) {
      case HEAP -> reading.heap();
      case RSS -> reading.resident();
      case THREADS -> reading.threads();
      case DESCRIPTORS -> reading.descriptors();
    };
  }

  /**
   * Whether this leaks, by this rule: the first quarter of the readings does not count; there is a
   * leak where the lower end of the slope's 95 % interval is more, over the time measured, than 5 %
   * of what is held on average and more than a least amount (8 MiB of heap, 64 MiB of resident
   * memory, 3 threads, 5 descriptors), and where the slope of the later half alone is above zero
   * with its whole interval too. What levels off is a pool that fills, not a leak.
   *
   * @param readings in order of time
   */
  public Verdict judge(List<Reading> readings) {
    List<Reading> counted = readings.subList(readings.size() / FILLING, readings.size());
    if (counted.size() < FEWEST) {
      return new Verdict(this, Finding.UNDECIDED, new Trend(0, 0, 0, 0, counted.size()), 0, 0);
    }
    Trend all = trend(counted);
    Trend later = trend(counted.subList(counted.size() / 2, counted.size()));
    double hours = (counted.getLast().seconds() - counted.getFirst().seconds()) / 3_600;
    double grown = all.low() * hours;
    double allowed = Math.max(least, SHARE * all.mean());
    boolean leaks = grown > allowed && later.low() > 0;
    return new Verdict(this, leaks ? Finding.LEAK : Finding.STEADY, all, grown, allowed);
  }

  private Trend trend(List<Reading> readings) {
    return Trend.of(
        readings.stream().mapToDouble(r -> r.seconds() / 3_600).toArray(),
        readings.stream().mapToDouble(this::of).toArray());
  }
}
