package dev.mama.bench;

import dev.mama.ExperimentId;
import dev.mama.embedded.EmbeddedDatabase;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import dev.mama.pg.Spool;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * How long does a row take to be seen, and what does it cost that the database is stopped while
 * 20,000 rows a second go on coming?
 */
final class StorageOutage {

  private static final int RATE = 20_000;
  private static final int RECORDERS = 8;
  private static final ExperimentId EXPERIMENT = ExperimentId.of("outage");

  private final PgDatabase database;
  private final int rows;
  private final int looks;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final PgEventLog log;
  private long appended;

  StorageOutage(EmbeddedDatabase server, Path folder, StorageBench.Sizes sizes) {
    database =
        PgDatabase.of(server.jdbcUrl(), server.user(), server.password())
            .withSpool(Spool.in(folder.resolve("spool")));
    rows = Math.toIntExact(sizes.outage().toMillis() * RATE / 1_000);
    looks = sizes.looks();
    log = PgEventLog.open(database, meters);
  }

  /** From {@code append} to a row that another connection sees, one at a time. */
  List<Figure> visible() throws InterruptedException, SQLException {
    var random = new SplittableRandom(1);
    var samples = new Samples();
    try (var connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        var select = connection.prepareStatement("select 1 from mama.messages where msg_id = ?")) {
      for (int i = 0; i < looks; i++) {
        var event = StorageRows.MESSAGES.make(EXPERIMENT, Instant.now(), i, random);
        long start = System.nanoTime();
        log.append(event);
        appended++;
        select.setObject(1, event.id());
        boolean seen = false;
        while (!seen) {
          try (var rows = select.executeQuery()) {
            seen = rows.next();
          }
        }
        samples.add(System.nanoTime() - start);
      }
    }
    return samples.percentiles("storage.visible");
  }

  /** While the database is stopped. */
  List<Figure> stopped() throws InterruptedException {
    long before = Memory.used();
    long start = System.nanoTime();
    List<Callable<Void>> recorders = new ArrayList<>();
    for (int recorder = 0; recorder < RECORDERS; recorder++) {
      int first = recorder;
      recorders.add(() -> {
        record(start, first);
        return null;
      });
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> done : threads.invokeAll(recorders)) {
        done.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    appended += rows;
    double took = (System.nanoTime() - start) / 1e9;
    long after = Memory.used();
    double spooled = meters.get("mama.storage.spool.bytes").gauge().value();
    List<Figure> figures = new ArrayList<>();
    figures.add(Figure.of("storage.outage.rate", rows / took, "1/s", rows));
    figures.add(Figure.of("storage.outage.heap.bytes", (double) (after - before), "bytes", rows));
    figures.add(Figure.of("storage.outage.spooled.bytes", spooled, "bytes", rows));
    return figures;
  }

  /** Every so many-th row, none before it is due. */
  private void record(long start, int first) throws InterruptedException {
    var random = new SplittableRandom(1_000 + first); // ids that no other part of the run draws
    for (int i = first; i < rows; i += RECORDERS) {
      long early = start + i * (1_000_000_000L / RATE) - System.nanoTime();
      if (early > 1_000_000) {
        LockSupport.parkNanos(early);
      }
      StorageRows kind = i % 3 == 0 ? StorageRows.MESSAGES : StorageRows.STATES;
      log.append(kind.make(EXPERIMENT, Instant.now(), i, random));
    }
  }

  /** When it is back. */
  List<Figure> back() throws InterruptedException {
    long start = System.nanoTime();
    log.flush();
    double took = (System.nanoTime() - start) / 1e9;
    long found = log.countRows(EXPERIMENT).values().stream().mapToLong(Long::longValue).sum();
    log.close();
    return List.of(
        Figure.of("storage.outage.drain.rate", rows / took, "1/s", appended),
        Figure.of("storage.outage.missing", (double) (appended - found), "count", appended)
            .exactly(0));
  }
}
