package dev.mama.cli;

import dev.mama.ExperimentId;
import dev.mama.cli.ExperimentFile.Storage;
import dev.mama.pg.ArchiveOptions;
import dev.mama.pg.ArchivingEventLog;
import dev.mama.pg.AvroArchive;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import dev.mama.spi.EventLog;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where an experiment's rows go, and what is found there: a database, an archive, or both. */
final class ExperimentLog implements AutoCloseable {

  private static final int QUEUED_EVENTS = 20_000;

  private final @Nullable PgEventLog database;
  private final @Nullable AvroArchive archive;
  private final EventLog log;

  private ExperimentLog(@Nullable PgEventLog database, @Nullable AvroArchive archive) {
    this.database = database;
    this.archive = archive;
    if (database != null && archive != null) {
      log = new ArchivingEventLog(database, archive);
    } else if (database != null) {
      log = database;
    } else if (archive != null) {
      log = archive;
    } else {
      throw new IllegalArgumentException("rows need a place");
    }
  }

  /**
   * Opens what {@code storage} names.
   *
   * @param database where rows go that go into one
   */
  static ExperimentLog open(Storage storage, Optional<PgDatabase> database) {
    PgEventLog rows = database.isPresent() ? PgEventLog.open(database.get()) : null;
    boolean complete = false;
    try {
      AvroArchive files =
          storage.hasArchive()
              ? AvroArchive.open(
                  storage.archive(),
                  ArchiveOptions.standard().withQueue(QUEUED_EVENTS, storage.flushInterval()))
              : null;
      complete = true;
      return new ExperimentLog(rows, files);
    } finally {
      if (!complete && rows != null) {
        rows.close();
      }
    }
  }

  /** What events are to be appended to. */
  EventLog log() {
    return log;
  }

  /** The ids of what is found in every place, once all that was accepted is written. */
  Set<UUID> ids(ExperimentId experiment) throws InterruptedException {
    log.flush();
    Set<UUID> found = null;
    if (database != null) {
      found = database.ids(experiment);
    }
    if (archive != null) {
      Set<UUID> archived = new HashSet<>();
      archive.read(experiment, event -> archived.add(event.id()));
      if (found == null) {
        return archived;
      }
      archived.retainAll(found);
      return archived;
    }
    return found == null ? Set.of() : found;
  }

  @Override
  public void close() {
    log.close();
  }
}
