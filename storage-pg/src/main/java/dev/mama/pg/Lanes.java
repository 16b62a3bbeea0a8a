package dev.mama.pg;

import dev.mama.StorageException;
import dev.mama.journal.JournalException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The lanes of a log, one for each table, each with its writer.
 *
 * <p>Thread-safe.
 */
final class Lanes {

  private static final Duration LAST_WAIT = Duration.ofSeconds(10);

  private final PgDatabase database;
  private final @Nullable SpoolFolder spool;
  private final WriterConnections connections;
  private final StorageMeters meters;
  private final Losses losses;
  private final List<Lane> lanes;
  private final Map<Table, Lane> byTable = new EnumMap<>(Table.class);
  private final List<LaneWriter> writers = new ArrayList<>();

  /** Makes the lanes; {@link #start} has them written. */
  Lanes(
      PgDatabase database,
      WriterConnections connections,
      @Nullable SpoolFolder spool,
      StorageMeters meters,
      String name) {
    this.database = database;
    this.connections = connections;
    this.spool = spool;
    this.meters = meters;
    this.losses = new Losses(database, meters);
    this.lanes =
        Stream.of(Table.values()).map(table -> new Lane(table, database, spool, meters)).toList();
    var partitions = new Partitions();
    for (Lane lane : lanes) {
      writers.add(new LaneWriter(lane, database, connections, partitions, losses, meters, name));
      byTable.put(lane.table(), lane);
    }
    meters.watch(
        lanes.stream().collect(Collectors.toMap(lane -> lane.table().tableName(), Lane::backlog)));
    if (spool != null) {
      meters.watch(spool);
    }
  }

  /** Takes up what an earlier process left in the spool, and begins to write. */
  void start(Connection connection) throws SQLException {
    if (spool != null) {
      try {
        for (Lane lane : lanes) {
          if (spool.has(lane.table())) {
            lane.recover(Batch.position(connection, spool.id(), lane.table()));
          }
        }
      } catch (JournalException e) {
        throw new StorageException(
            "spool %s cannot be read: %s".formatted(spool, e.getMessage()), e);
      }
    }
    writers.forEach(LaneWriter::start);
  }

  void append(Row row) throws InterruptedException {
    Objects.requireNonNull(byTable.get(row.table())).append(row);
  }

  void flush() throws InterruptedException {
    for (Lane lane : lanes) {
      lane.backlog().want();
    }
    for (Lane lane : lanes) {
      lane.backlog().flush();
    }
    throwIfLost();
  }

  /**
   * Refuses what comes from now on, writes what was accepted within the limit, ends the threads.
   */
  void close() {
    lanes.forEach(Lane::close);
    long end = System.nanoTime() + database.closeTimeout().toNanos();
    for (LaneWriter writer : writers) {
      writer.awaitEnd(Duration.ofNanos(Math.max(1, end - System.nanoTime())), LAST_WAIT);
    }
    connections.close();
    meters.close();
    if (spool != null) {
      spool.close(lanes.stream().allMatch(lane -> lane.backlog().isEmpty()));
    }
  }

  void throwIfLost() {
    losses.throwIfAny(lanes.stream().mapToLong(lane -> lane.backlog().accepted()).sum());
  }
}
