package dev.mama.pg;

import dev.mama.Event;
import dev.mama.Time;
import dev.mama.pg.EventQuery.Position;
import dev.mama.pg.EventSource.EventCursor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An experiment once more: its events in order, at the pace at which they happened, faster, or as
 * fast as they can be read.
 *
 * <p>Immutable.
 */
public final class Replay {

  private static final double UNPACED = Double.POSITIVE_INFINITY;

  private final EventSource source;
  private final EventQuery query;
  private final double speed;
  private final Time time;

  private Replay(EventSource source, EventQuery query, double speed, Time time) {
    this.source = source;
    this.query = query;
    this.speed = speed;
    this.time = time;
  }

  /** A replay as fast as {@code source} can be read. */
  public static Replay of(EventSource source, EventQuery query) {
    return new Replay(source, query, UNPACED, Time.system());
  }

  /**
   * The same at {@code factor} times the recorded speed: 1 as recorded, 10 ten times as fast.
   *
   * @throws IllegalArgumentException if the factor is not positive and finite
   */
  public Replay atSpeed(double factor) {
    if (!(factor > 0 && factor < UNPACED)) {
      throw new IllegalArgumentException(
          "speed %s must be a positive number; 1 is the recorded speed".formatted(factor));
    }
    return new Replay(source, query, factor, time);
  }

  /**
   * Shows the events to {@code reader} on the caller's thread. The first one comes at once; where
   * the reader is slower than the pace, nothing is left out.
   *
   * @return the position after the last event, with which {@link EventQuery#after} goes on; empty
   *     if there was none
   * @throws dev.mama.StorageException if the events cannot be read
   * @throws InterruptedException if interrupted while waiting
   */
  public Optional<Position> run(Consumer<Event> reader) throws InterruptedException {
    Event last = null;
    Instant first = null;
    long start = time.nanos();
    try (EventCursor cursor = source.open(query)) {
      for (List<Event> page = cursor.next(); !page.isEmpty(); page = cursor.next()) {
        for (Event event : page) {
          first = first == null ? event.at() : first;
          pace(Duration.between(first, event.at()), start);
          reader.accept(event);
          last = event;
        }
      }
    }
    return Optional.ofNullable(last).map(Position::of);
  }

  private void pace(Duration sinceFirst, long start) throws InterruptedException {
    if (speed < UNPACED) {
      long due = (long) (sinceFirst.toNanos() / speed);
      long left = due - (time.nanos() - start);
      if (left > 0) {
        Thread.sleep(Duration.ofNanos(left));
      }
    }
  }
}
