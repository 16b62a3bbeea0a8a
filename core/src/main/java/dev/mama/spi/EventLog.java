package dev.mama.spi;

import dev.mama.Event;
import dev.mama.ExperimentId;
import java.util.function.Consumer;

/**
 * Keeps what happened, so that an experiment can be read again.
 *
 * <p>Contract, tested by {@code EventLogContract} of the test kit: after {@link #flush}, everything
 * that {@link #append} accepted is there, once and unaltered (times to the microsecond; JSON keeps
 * its meaning, not its spelling).
 *
 * <p>Implementations are thread-safe.
 */
public interface EventLog extends AutoCloseable {

  /** What keeps the events, for reports, for example {@code in-memory} or {@code postgresql}. */
  String name();

  /**
   * Accepts {@code event}. Waits while the log's queue is full. An accepted event is written within
   * the log's flush interval.
   *
   * @throws dev.mama.StorageException if the log is closed or can take no more; the event was not
   *     accepted
   * @throws InterruptedException if interrupted while waiting; the event was not accepted
   */
  void append(Event event) throws InterruptedException;

  /**
   * Waits until everything accepted before this call is written.
   *
   * @throws dev.mama.StorageException if some of it could not be written; it names how much and why
   * @throws InterruptedException if interrupted while waiting
   */
  void flush() throws InterruptedException;

  /**
   * Reads all written events of {@code experiment} to {@code reader}, ordered by {@link Event#at};
   * kinds of the same moment in any order. Holds a bounded part of them at a time.
   *
   * @throws dev.mama.StorageException if they cannot be read
   * @throws InterruptedException if interrupted while waiting
   */
  void read(ExperimentId experiment, Consumer<Event> reader) throws InterruptedException;

  /**
   * This log, where {@code watcher} hears of each event that it has accepted, on the thread that
   * appended it, which it must not make wait. What it throws reaches whoever appended, though the
   * event is accepted. Closing either closes this log.
   */
  default EventLog watchedBy(Consumer<Event> watcher) {
    return new WatchedEventLog(this, watcher);
  }

  /**
   * Writes what was accepted, then frees what the log holds.
   *
   * @throws dev.mama.StorageException if some of it could not be written; all the same everything
   *     is freed
   */
  @Override
  void close();
}
