package dev.mama.pg;

import dev.mama.pg.Batch.Refused;
import dev.mama.pg.Lane.Due;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that empties one lane.
 *
 * <p>A batch that meets an absent database goes to the spool, where there is one, and is read from
 * there again; else it waits here and is tried again. Pauses between tries double up to one second.
 * Rows that the database refuses are left out, counted, and reported in table {@code errors}.
 *
 * <p>Thread-safe.
 */
final class LaneWriter {

  private static final Logger log = LoggerFactory.getLogger(LaneWriter.class);
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;
  private static final int SPOOL_BATCH_ROWS = 10_000;
  private static final long SPOOL_BATCH_BYTES = 8L << 20;

  /** What came of a batch. */
  private enum Outcome {
    DONE,
    /** It stands in the spool, to be read again. */
    SPOOLED
  }

  private final Lane lane;
  private final PgDatabase database;
  private final WriterConnections connections;
  private final Partitions partitions;
  private final Losses losses;
  private final StorageMeters meters;
  private final Thread thread;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile @Nullable Connection inUse;
  private long pauseMillis = FIRST_PAUSE_MILLIS;

  LaneWriter(
      Lane lane,
      PgDatabase database,
      WriterConnections connections,
      Partitions partitions,
      Losses losses,
      StorageMeters meters,
      String name) {
    this.lane = lane;
    this.database = database;
    this.connections = connections;
    this.partitions = partitions;
    this.losses = losses;
    this.meters = meters;
    this.thread =
        Thread.ofPlatform()
            .name(name + "-" + lane.table().tableName())
            .daemon()
            .unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Waits for the end; after {@code limit} the thread's pauses and waiting are ended. */
  void awaitEnd(Duration limit, Duration lastWait) {
    if (!endsWithin(limit)) {
      thread.interrupt();
      abort(inUse);
      endsWithin(lastWait);
    }
  }

  private void run() {
    String end = "the writer ended";
    try {
      work();
    } catch (InterruptedException e) {
      end =
          "the database was away until the time to close (%s) was over"
              .formatted(database.closeTimeout());
    } catch (RuntimeException | Error e) {
      end = "the writer failed: " + e;
      log.error("the writer of table {} failed; it is closed", lane.table().tableName(), e);
    } finally {
      long lost = lane.end();
      if (lost > 0) {
        losses.add(lost, end);
      }
      ended.complete(null);
    }
  }

  private void work() throws InterruptedException {
    boolean away = false;
    for (Due due = lane.await(); due != Due.NOTHING; due = lane.await()) {
      if (due == Due.MEMORY) {
        Batch batch = lane.take();
        away = write(batch) == Outcome.SPOOLED;
        if (!away) {
          lane.finish(batch);
        }
      } else if (!away) {
        away = !drain();
      } else if (lane.isClosed()) {
        return; // what is left is safe
      } else {
        pause();
        away = false;
      }
    }
  }

  /** Writes what stands in the spool; false if the database is away. */
  private boolean drain() throws InterruptedException {
    var chunk = new Chunk();
    lane.spool()
        .journal()
        .read(
            lane.spool().readFrom(),
            (sequence, payload) -> {
              chunk.add(sequence, payload);
              return !chunk.isFull() || chunk.write();
            });
    if (chunk.failed || !chunk.write()) {
      return false;
    }
    lane.goLive();
    return true;
  }

  /** Records of the spool that become one batch: many rows, or one batch with its id. */
  private final class Chunk {
    private final List<Row> rows = new ArrayList<>();
    private long from;
    private long to;
    private long bytes;
    private boolean failed;

    void add(long sequence, ByteBuffer payload) throws InterruptedException {
      SpoolRecord record = SpoolRecord.read(lane.table(), payload);
      if (record.id() != null) {
        if (write()) {
          put(sequence, record);
          failed = !send(new Batch(record.id(), lane.spool().range(from, to), rows));
        }
      } else {
        put(sequence, record);
      }
    }

    private void put(long sequence, SpoolRecord record) {
      from = rows.isEmpty() ? sequence : from;
      to = sequence + 1;
      rows.addAll(record.rows());
      for (Row row : record.rows()) {
        bytes += row.bytes();
      }
    }

    boolean isFull() {
      return failed || rows.size() >= SPOOL_BATCH_ROWS || bytes >= SPOOL_BATCH_BYTES;
    }

    /** Writes what is here; false if the database is away, and then for good. */
    boolean write() throws InterruptedException {
      failed =
          failed || (!rows.isEmpty() && !send(new Batch(null, lane.spool().range(from, to), rows)));
      return !failed;
    }

    private boolean send(Batch batch) throws InterruptedException {
      if (LaneWriter.this.write(batch) == Outcome.SPOOLED) {
        return false;
      }
      lane.advance(to, rows.size(), bytes);
      rows.clear();
      bytes = 0;
      return true;
    }
  }

  private Outcome write(Batch batch) throws InterruptedException {
    boolean careful = false;
    boolean again = false;
    while (!batch.rows().isEmpty()) {
      SQLException failure = tryOnce(batch, careful);
      if (failure == null) {
        return Outcome.DONE;
      }
      switch (Fault.of(failure)) {
        case AWAY -> {
          warn(batch, failure);
          if (lane.isSpooling() || lane.spill(batch)) {
            return Outcome.SPOOLED;
          }
          pause();
        }
        case ROW -> {
          if (careful) { // the fault is in no row
            losses.add(batch.rows().size(), Fault.reason(failure));
            return Outcome.DONE;
          }
          careful = true;
        }
        case SCHEMA -> {
          if (again) {
            losses.add(batch.rows().size(), Fault.reason(failure));
            return Outcome.DONE;
          }
          partitions.forget(); // one may have been dropped
          again = true;
        }
      }
    }
    return Outcome.DONE;
  }

  /** Returns what failed, or null. */
  private @Nullable SQLException tryOnce(Batch batch, boolean careful) throws InterruptedException {
    Connection connection;
    try {
      connection = connections.take();
    } catch (SQLException e) {
      return e;
    }
    inUse = connection;
    boolean good = false;
    try {
      long start = System.nanoTime();
      if (careful) {
        for (Refused refused : batch.writeWithout(connection, partitions, () -> {})) {
          losses.add(1, refused.reason());
        }
      } else {
        batch.write(connection, partitions);
      }
      meters.flushed(batch.rows().size(), System.nanoTime() - start);
      pauseMillis = FIRST_PAUSE_MILLIS;
      good = true;
      return null;
    } catch (SQLException e) {
      return e;
    } finally {
      inUse = null;
      connections.giveBack(connection, good);
    }
  }

  private void pause() throws InterruptedException {
    lane.pause(pauseMillis);
    pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
  }

  private void warn(Batch batch, SQLException e) {
    log.warn(
        "{} rows of table {} wait for {}; next try in {} ms: {}",
        batch.rows().size(),
        lane.table().tableName(),
        database,
        pauseMillis,
        Fault.reason(e));
  }

  /** Not interruptible, because closing is not; bounded instead. */
  private boolean endsWithin(Duration limit) {
    try {
      ended.copy().orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS).join();
      return true;
    } catch (CompletionException e) {
      return false;
    }
  }

  private static void abort(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.abort(Runnable::run);
      } catch (SQLException e) {
        log.warn("a connection could not be aborted: {}", Fault.reason(e));
      }
    }
  }
}
