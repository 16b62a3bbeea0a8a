package dev.mama.pg;

import dev.mama.Event;
import java.util.List;
import java.util.function.Consumer;

/**
 * What kept events can be read from: a database or an archive.
 *
 * <p>Implementations are thread-safe.
 */
public interface EventSource {

  /**
   * Opens the events that {@code query} wants, in order of time and, of the same moment, of id.
   *
   * @throws dev.mama.StorageException if they cannot be read
   * @throws InterruptedException if interrupted while waiting
   */
  EventCursor open(EventQuery query) throws InterruptedException;

  /**
   * Reads them all to {@code reader}, on the caller's thread; holds a bounded part at a time.
   *
   * @throws dev.mama.StorageException if they cannot be read
   * @throws InterruptedException if interrupted while waiting
   */
  default void read(EventQuery query, Consumer<Event> reader) throws InterruptedException {
    try (EventCursor cursor = open(query)) {
      for (List<Event> page = cursor.next(); !page.isEmpty(); page = cursor.next()) {
        page.forEach(reader);
      }
    }
  }

  /**
   * Events that are being read.
   *
   * <p>Not thread-safe.
   */
  interface EventCursor extends AutoCloseable {

    /**
     * The next events, at most 1,000; none at the end.
     *
     * @throws dev.mama.StorageException if they cannot be read
     * @throws InterruptedException if interrupted while waiting
     */
    List<Event> next() throws InterruptedException;

    /** Frees what the reading holds. Closing again does nothing. */
    @Override
    void close();
  }
}
