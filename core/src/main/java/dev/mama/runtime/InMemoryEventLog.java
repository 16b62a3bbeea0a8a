package dev.mama.runtime;

import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.StorageException;
import dev.mama.spi.EventLog;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * An event log that lasts as long as the process: for tests, first steps and runs whose events
 * nobody reads afterwards.
 *
 * <p>An event is written at once, so {@link #append} and {@link #flush} never wait. It holds at
 * most its capacity and then refuses, because nobody would notice what it dropped.
 *
 * <p>Thread-safe.
 */
public final class InMemoryEventLog implements EventLog {

  private static final int DEFAULT_CAPACITY = 1_000_000;

  private final int capacity;
  private final List<Event> events = new ArrayList<>();
  private boolean closed;

  /** A log for a million events. */
  public InMemoryEventLog() {
    this(DEFAULT_CAPACITY);
  }

  /**
   * A log for {@code capacity} events, of all experiments together.
   *
   * @throws IllegalArgumentException if {@code capacity} is less than 1
   */
  public InMemoryEventLog(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity is %d; at least 1".formatted(capacity));
    }
    this.capacity = capacity;
  }

  @Override
  public String name() {
    return "in-memory";
  }

  @Override
  public synchronized void append(Event event) {
    requireOpen();
    if (events.size() == capacity) {
      throw new StorageException(
          "the in-memory log is full (%,d events); raise its capacity or use a database"
              .formatted(capacity),
          null);
    }
    events.add(toMicros(event));
  }

  @Override
  public synchronized void flush() {
    requireOpen();
  }

  @Override
  public void read(ExperimentId experiment, Consumer<Event> reader) {
    List<Event> found;
    synchronized (this) {
      requireOpen();
      found = events.stream().filter(event -> event.experiment().equals(experiment)).toList();
    }
    found.stream().sorted(Comparator.comparing(Event::at)).forEach(reader);
  }

  @Override
  public synchronized void close() {
    closed = true;
    events.clear();
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageException("the in-memory log is closed; open a new one", null);
    }
  }

  private static Event toMicros(Event event) {
    Instant at = event.at().truncatedTo(ChronoUnit.MICROS);
    return event.at().equals(at) ? event : event.at(at);
  }
}
