package dev.mama.pg;

import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.spi.EventLog;
import java.util.function.Consumer;

/**
 * A log whose events go into an archive, too. What is read comes from the log.
 *
 * <p>Each keeps its own promise: after kill -9 a database with a spool has all that was accepted,
 * an archive all but the last moments; {@code ./mama export --avro} makes it whole from the
 * database. A full disk under the archive slows those who record as a slow database does.
 *
 * <p>Thread-safe.
 */
public final class ArchivingEventLog implements EventLog {

  private final EventLog log;
  private final AvroArchive archive;

  /** Keeps events in {@code log} first, then in {@code archive}; closing closes both. */
  public ArchivingEventLog(EventLog log, AvroArchive archive) {
    this.log = log;
    this.archive = archive;
  }

  @Override
  public String name() {
    return log.name() + "+" + archive.name();
  }

  /**
   * {@inheritDoc}
   *
   * <p>An exception of the archive's leaves the event in the log.
   */
  @Override
  public void append(Event event) throws InterruptedException {
    log.append(event);
    archive.append(event);
  }

  @Override
  public void flush() throws InterruptedException {
    log.flush();
    archive.flush();
  }

  @Override
  public void read(ExperimentId experiment, Consumer<Event> reader) throws InterruptedException {
    log.read(experiment, reader);
  }

  @Override
  public void close() {
    try (log) {
      archive.close();
    }
  }
}
