package dev.mama.pg;

import dev.mama.Event.ErrorRaised;
import dev.mama.StorageException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log's queue and the one thread that empties it.
 *
 * <p>There is one queue for all tables, and a batch is written whole or not at all; so what is in
 * the database is always the beginning of what was accepted, across tables: no message is there
 * before the agent that sent it.
 *
 * <p>A batch that meets an absent database is tried again, after pauses that double up to five
 * seconds, until the log is closed and its time to close is over; meanwhile the queue fills and
 * appending waits. A batch with a wrong row is halved until the row is alone; the row is then left
 * out, counted, and reported in table {@code errors}.
 *
 * <p>Thread-safe.
 */
final class BatchWriter {

  private static final Logger log = LoggerFactory.getLogger(BatchWriter.class);
  private static final long QUEUE_BYTES = 64L << 20;
  private static final long BATCH_BYTES = 16L << 20;
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;
  private static final Duration LAST_WAIT = Duration.ofSeconds(10);

  private final PgDatabase database;
  private final DataSource connections;
  private final Partitions partitions = new Partitions();
  private final Thread thread;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile @Nullable Connection inUse;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final Condition progress = lock.newCondition();

  // Guarded by lock. Counts are of events since the start: lost <= done <= taken <= accepted.
  private final ArrayDeque<Row> queue = new ArrayDeque<>();
  private long queuedBytes;
  private long accepted;
  private long done;
  private long flushTo;
  private long lost;
  private String firstLoss = "";
  private boolean closed;

  BatchWriter(PgDatabase database, DataSource connections, String name) {
    this.database = database;
    this.connections = connections;
    this.thread = Thread.ofPlatform().name(name + "-writer").daemon().start(this::run);
  }

  void append(Row row) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (isFull() && !closed) {
        room.await();
      }
      if (closed) {
        throw new StorageException("the log to %s is closed".formatted(database), null);
      }
      queue.add(row);
      queuedBytes += row.bytes();
      accepted++;
      if (queue.size() == 1 || queue.size() == database.flushRows() || isFull()) {
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  void flush() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long target = accepted;
      flushTo = Math.max(flushTo, target);
      work.signal();
      while (done < target) {
        progress.await();
      }
    } finally {
      lock.unlock();
    }
    throwIfLost();
  }

  /** Refuses what comes from now on, writes what was accepted within the limit, ends the thread. */
  void close() {
    lock.lock();
    try {
      closed = true;
      work.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    if (!endsWithin(database.closeTimeout())) {
      thread.interrupt(); // ends its pauses
      abort(inUse); // ends its waiting for the database
      endsWithin(LAST_WAIT);
    }
  }

  void throwIfLost() {
    lock.lock();
    try {
      if (lost > 0) {
        throw new StorageException(
            "%,d of %,d events could not be written to %s; the first because: %s"
                .formatted(lost, accepted, database, firstLoss),
            null);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull() {
    return queue.size() >= database.queueRows() || queuedBytes >= QUEUE_BYTES;
  }

  private void run() {
    String end = "the writer ended";
    try {
      for (List<Row> rows = next(); !rows.isEmpty(); rows = next()) {
        write(Batch.of(rows));
        finish(rows.size());
      }
    } catch (InterruptedException e) {
      end =
          "the database was away until the time to close (%s) was over"
              .formatted(database.closeTimeout());
    } catch (RuntimeException | Error e) {
      end = "the writer failed: " + e;
      log.error("the writer to {} failed; the log is closed", database, e);
    } finally {
      abandon(end);
      ended.complete(null);
    }
  }

  /** Waits for a batch that is due; empty when the log is closed and everything is written. */
  private List<Row> next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && !closed) {
        work.await();
      }
      long nanos = database.flushInterval().toNanos();
      while (!isDue() && nanos > 0) {
        nanos = work.awaitNanos(nanos);
      }
      List<Row> rows = new ArrayList<>();
      long bytes = 0;
      while (!queue.isEmpty() && rows.size() < database.flushRows() && bytes < BATCH_BYTES) {
        Row row = queue.remove();
        bytes += row.bytes();
        rows.add(row);
      }
      queuedBytes -= bytes;
      room.signalAll();
      return rows;
    } finally {
      lock.unlock();
    }
  }

  private boolean isDue() {
    long taken = accepted - queue.size();
    return queue.size() >= database.flushRows() || isFull() || flushTo > taken || closed;
  }

  private void write(Batch batch) throws InterruptedException {
    for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
      try (Connection connection = connections.getConnection()) {
        inUse = connection;
        batch.write(connection, partitions);
        return;
      } catch (SQLException e) {
        switch (Fault.of(e)) {
          case AWAY -> {
            log.warn(
                "{} rows wait for {}; next try in {} ms: {}",
                batch.rows().size(),
                database,
                pause,
                Fault.reason(e));
            Thread.sleep(pause);
          }
          case ROW -> {
            isolate(batch.rows(), e);
            return;
          }
          case SCHEMA -> {
            lose(batch.rows().size(), Fault.reason(e));
            return;
          }
        }
      } finally {
        inUse = null;
      }
    }
  }

  private void isolate(List<Row> rows, SQLException cause) throws InterruptedException {
    if (rows.size() > 1) {
      int middle = rows.size() / 2;
      write(Batch.of(rows.subList(0, middle)));
      write(Batch.of(rows.subList(middle, rows.size())));
      return;
    }
    Row row = rows.getFirst();
    String reason =
        "event %s could not be written to table %s: %s"
            .formatted(row.id(), row.table().tableName(), Fault.reason(cause));
    lose(1, reason);
    if (row.table() != Table.ERRORS) { // an error that cannot be written is not reported as another
      write(
          Batch.of(
              List.of(
                  Row.of(
                      new ErrorRaised(
                          UUID.randomUUID(),
                          row.experiment(),
                          Instant.now(),
                          "event-log",
                          reason,
                          null)))));
    }
  }

  private void finish(int rows) {
    lock.lock();
    try {
      done += rows;
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void lose(long events, String reason) {
    log.error("{} events lost: {}", events, reason);
    lock.lock();
    try {
      if (lost == 0) {
        firstLoss = reason;
      }
      lost += events;
    } finally {
      lock.unlock();
    }
  }

  /** The thread ends: what is not done is lost, and nobody may wait for it. */
  private void abandon(String reason) {
    lock.lock();
    try {
      closed = true;
      if (done < accepted) {
        lose(accepted - done, reason);
      }
      done = accepted;
      queue.clear();
      room.signalAll();
      progress.signalAll();
    } finally {
      lock.unlock();
    }
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
