package dev.mama.bench;

import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.bench.compare.BatchedInserts;
import dev.mama.bench.compare.PsqlCopy;
import dev.mama.bench.compare.RowWriter;
import dev.mama.bench.compare.TextCopy;
import dev.mama.embedded.EmbeddedDatabase;
import dev.mama.embedded.RunFolder;
import dev.mama.pg.AvroArchive;
import dev.mama.pg.EventQuery;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import dev.mama.pg.Replay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many rows a second does the log write, beside psql's copy, text COPY and batched inserts of
 * the same rows? All write into tables with the same columns and indexes, one connection each, one
 * commit for each batch, with the server's default of waiting for the disk; they take turns. Ours
 * is the whole way from {@code append}, encoding included; the others are given their rows in the
 * form they need.
 */
final class StorageBench implements Bench {

  private static final List<Integer> BATCHES = List.of(500, 2_000, 10_000);

  /** The least share of psql's rate, by the size of batches. */
  private static final Map<Integer, Double> GOALS = Map.of(2_000, 0.5, 10_000, 0.8);

  /**
   * How much is measured.
   *
   * @param batches rows of one commit
   * @param rows in each round of each cell, no fewer than the largest batch
   * @param warmUps rounds before those that count
   * @param rounds that count
   * @param looks how often a row is waited for until it is seen
   * @param outage for how long rows come while the database is stopped
   */
  record Sizes(
      List<Integer> batches, int rows, int warmUps, int rounds, int looks, Duration outage) {

    static Sizes of(Size size) {
      return size.of(
          new Sizes(BATCHES, 100_000, 1, 5, 200, Duration.ofSeconds(60)),
          new Sizes(BATCHES, 20_000, 1, 2, 40, Duration.ofSeconds(5)),
          new Sizes(List.of(50, 500), 500, 0, 1, 1, Duration.ofMillis(100)));
    }

    int steps() {
      return StorageRows.values().length * batches.size() + 4;
    }
  }

  @Override
  public String name() {
    return "storage";
  }

  @Override
  public String question() {
    return "How many rows a second does the log write, beside psql, and what does an outage cost?";
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    Sizes sizes = Sizes.of(options.size());
    try (var folder = RunFolder.open("bench")) {
      var server = EmbeddedDatabase.start(folder.path());
      try {
        List<Figure> figures = new ArrayList<>(rates(server, sizes, options.seed(), progress));
        figures.addAll(archive(folder.path().resolve("archive"), sizes, options.seed()));
        progress.at(sizes.steps() - 3, sizes.steps(), "housekeeping");
        figures.addAll(new StorageUpkeep(server, 10 * sizes.rows()).run());
        var outage = new StorageOutage(server, folder.path(), sizes);
        figures.addAll(outage.visible());
        progress.at(sizes.steps() - 2, sizes.steps(), "the database is stopped");
        server.close();
        List<Figure> during = outage.stopped();
        server = EmbeddedDatabase.start(folder.path(), server.port());
        figures.addAll(during);
        figures.addAll(outage.back());
        return figures;
      } finally {
        server.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Figure> rates(
      EmbeddedDatabase server, Sizes sizes, long seed, Progress progress)
      throws InterruptedException, IOException, SQLException {
    int rows = sizes.rows();
    PgDatabase database = PgDatabase.of(server.jdbcUrl(), server.user(), server.password());
    List<Figure> figures = new ArrayList<>();
    Map<Integer, Double> worst = new TreeMap<>();
    int step = 0;
    for (StorageRows kind : StorageRows.values()) {
      for (int batch : sizes.batches()) {
        progress.at(step++, sizes.steps(), "%s in batches of %,d".formatted(kind, batch));
        var mine = new Samples();
        List<RowWriter> others = new ArrayList<>();
        PsqlCopy.find(database).ifPresent(others::add);
        others.add(new TextCopy(database));
        others.add(new BatchedInserts(database));
        List<Samples> theirs = others.stream().map(other -> new Samples()).toList();
        for (int round = 1 - sizes.warmUps(); round <= sizes.rounds(); round++) {
          var experiment = ExperimentId.of("%s-%d-%d".formatted(kind, batch, round));
          List<Event> events = kind.make(experiment, rows, seed + round);
          long nanos = ours(database, events, batch);
          if (round > 0) {
            mine.add(nanos);
          }
          for (int i = 0; i < others.size(); i++) {
            long taken = others.get(i).write(kind.table(), experiment.value(), rows, batch);
            if (round > 0) {
              theirs.get(i).add(taken);
            }
          }
        }
        String name = "storage.%s.%d".formatted(kind.table(), batch);
        figures.add(mine.rate(name + ".rate", rows));
        for (int i = 0; i < others.size(); i++) {
          figures.add(theirs.get(i).rate(name + "." + others.get(i).name(), rows));
          if (others.get(i) instanceof PsqlCopy) {
            double ratio = (double) theirs.get(i).quantile(0.5) / Math.max(1, mine.quantile(0.5));
            worst.merge(batch, ratio, Math::min);
          }
        }
      }
    }
    worst.forEach((batch, ratio) -> {
      Figure figure =
          Figure.of(
              "storage.copy.%d.over-psql".formatted(batch),
              ratio,
              "ratio",
              (long) sizes.rounds() * StorageRows.values().length);
      Double goal = GOALS.get(batch);
      figures.add(goal == null ? figure : figure.atLeast(goal));
    });
    figures.add(replay(database, sizes));
    return figures;
  }

  private static long ours(PgDatabase database, List<Event> events, int batch)
      throws InterruptedException {
    PgDatabase sized = database.withQueue(4 * batch, batch, Duration.ofMillis(200));
    try (var log = PgEventLog.open(sized)) {
      log.append(events.getFirst()); // a connection and a partition: the others have theirs, too
      log.flush();
      long start = System.nanoTime();
      for (Event event : events.subList(1, events.size())) {
        log.append(event);
      }
      log.flush();
      return System.nanoTime() - start;
    }
  }

  /** The same messages into Avro files, and back in order of time. */
  private static List<Figure> archive(Path folder, Sizes sizes, long seed)
      throws InterruptedException {
    var written = new Samples();
    var read = new Samples();
    long bytes = 0;
    for (int round = 1 - sizes.warmUps(); round <= sizes.rounds(); round++) {
      var experiment = ExperimentId.of("archive-" + round);
      List<Event> events = StorageRows.MESSAGES.make(experiment, sizes.rows(), seed + round);
      try (var archive = AvroArchive.open(folder)) {
        long start = System.nanoTime();
        for (Event event : events) {
          archive.append(event);
        }
        archive.flush();
        long between = System.nanoTime();
        var count = new LongAdder();
        Replay.of(archive, EventQuery.all(experiment)).run(event -> count.increment());
        if (count.sum() != sizes.rows()) {
          throw new IllegalStateException(
              "read %d of %d rows".formatted(count.sum(), sizes.rows()));
        }
        if (round > 0) {
          written.add(between - start);
          read.add(System.nanoTime() - between);
        }
      }
      bytes = size(folder.resolve(experiment.value()));
    }
    return List.of(
        written.rate("storage.archive.rate", sizes.rows()),
        read.rate("storage.archive.replay.rate", sizes.rows()),
        Figure.of("storage.archive.bytes-per-row", (double) bytes / sizes.rows(), "bytes", 1));
  }

  private static long size(Path folder) {
    try (var files = Files.list(folder)) {
      long bytes = 0;
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Figure replay(PgDatabase database, Sizes sizes) throws InterruptedException {
    int rows = sizes.rows();
    int rounds = sizes.rounds();
    var samples = new Samples();
    var read = new LongAdder();
    try (var log = PgEventLog.open(database)) {
      for (int round = 1; round <= rounds; round++) {
        var experiment =
            ExperimentId.of("messages-%d-%d".formatted(sizes.batches().getLast(), round));
        long start = System.nanoTime();
        Replay.of(log, EventQuery.all(experiment)).run(event -> read.increment());
        samples.add(System.nanoTime() - start);
      }
    }
    if (read.sum() != (long) rounds * rows) {
      throw new IllegalStateException(
          "replayed %d of %d rows".formatted(read.sum(), (long) rounds * rows));
    }
    return samples.rate("storage.replay.rate", rows);
  }
}
