package dev.mama.pg;

import dev.mama.StorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepted events that could not be written.
 *
 * <p>Thread-safe.
 */
final class Losses {

  private static final Logger log = LoggerFactory.getLogger(Losses.class);

  private final PgDatabase database;
  private final StorageMeters meters;
  private long lost;
  private String first = "";

  Losses(PgDatabase database, StorageMeters meters) {
    this.database = database;
    this.meters = meters;
  }

  synchronized void add(long events, String reason) {
    log.error("{} events lost: {}", events, reason);
    meters.lost(events);
    if (lost == 0) {
      first = reason;
    }
    lost += events;
  }

  /**
   * @throws StorageException if any were lost; it says how many of {@code accepted}, and why the
   *     first
   */
  synchronized void throwIfAny(long accepted) {
    if (lost > 0) {
      throw new StorageException(
          "%,d of %,d events could not be written to %s; the first because: %s"
              .formatted(lost, accepted, database, first),
          null);
    }
  }
}
