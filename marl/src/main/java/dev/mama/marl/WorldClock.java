package dev.mama.marl;

import dev.mama.Scheduled;
import dev.mama.Time;
import java.time.Duration;
import java.time.Instant;

/** The clock of a world. Confined to one thread. */
final class WorldClock implements Time {

  private static final Instant ORIGIN = Instant.EPOCH;

  private double seconds;
  private Instant now = ORIGIN;

  void set(double to) {
    if (to != seconds) {
      seconds = to;
      now = ORIGIN.plusNanos(Math.round(to * 1e9));
    }
  }

  double seconds() {
    return seconds;
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public long nanos() {
    return Math.round(seconds * 1e9);
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    throw new UnsupportedOperationException("nothing is scheduled in a world of steps");
  }
}
