package dev.mama.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mama.Event;
import dev.mama.Event.MessageSent;
import dev.mama.Event.StateRecorded;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.StorageException;
import dev.mama.testkit.FaultProxy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of accepted events while the database is away and there is a spool. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PgSpoolTest {

  private static TestDatabase server;

  @TempDir private Path folder;
  private final ExperimentId experiment = ExperimentId.of("exp-" + UUID.randomUUID());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Set<UUID> accepted = new HashSet<>();

  @BeforeAll
  static void start() throws Exception {
    server = TestDatabase.embedded();
  }

  @AfterEach
  void startAgain() throws Exception {
    server.startAgain();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void append_databaseStopped_spoolsMoreThanMemoryHoldsAndWritesItAllOnce() throws Exception {
    try (var log = PgEventLog.open(database(100), meters)) {
      append(log, 50);
      log.flush();
      server.kill();
      append(log, 2_000); // memory holds 100 of each kind
      assertThat(gauge("mama.storage.spool.bytes")).isPositive();
      assertThat(gauge("mama.storage.oldest")).isPositive();
      server.startAgain();
      append(log, 50);
      log.flush();
      assertAllOnce(log);
      assertThat(gauge("mama.storage.spool.bytes")).isZero();
      assertThat(gauge("mama.storage.oldest")).isZero();
    }
    assertThat(spool()).as("an empty spool leaves nothing").isEmptyDirectory();
  }

  @Test
  void append_serverKilledAndStartedAgainUnderLoad_losesAndDoublesNothing() throws Exception {
    try (var log = PgEventLog.open(database(1_000), meters)) {
      var appended = new AtomicInteger();
      var appending =
          new FutureTask<>(() -> {
            for (int i = 0; i < 120; i++) {
              append(log, 100);
              appended.addAndGet(100);
            }
            return null;
          });
      Thread.startVirtualThread(appending);
      for (int round = 1; round <= 3; round++) {
        int until = round * 2_500;
        await().until(() -> appended.get() >= until || appending.isDone());
        server.kill();
        server.startAgain();
      }
      appending.get(60, TimeUnit.SECONDS);
      log.flush();
      assertAllOnce(log);
    }
  }

  @Test
  void append_databaseFallsSilent_spoolsAndWritesItAllOnceWhenItSpeaksAgain() throws Exception {
    PgDatabase direct = server.database();
    try (var proxy =
            FaultProxy.start("127.0.0.1", URI.create(direct.jdbcUrl().substring(5)).getPort());
        var log =
            PgEventLog.open(
                PgDatabase.of(
                        "jdbc:postgresql://%s:%d/postgres?socketTimeout=1"
                            .formatted(proxy.host(), proxy.port()),
                        direct.user(),
                        direct.password())
                    .withQueue(100, 50, Duration.ofMillis(10))
                    .withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(30))
                    .withSpool(Spool.in(spool())),
                meters)) {
      append(log, 50);
      log.flush();
      proxy.stall(); // no connection breaks; nothing moves
      append(log, 1_000); // memory holds 100 of each kind
      assertThat(gauge("mama.storage.spool.bytes")).isPositive();
      proxy.heal();
      log.flush();
      assertAllOnce(log);
    }
  }

  /** On a real disk, so it needs the right to mount one, as root in a container mostly has. */
  @Test
  void append_databasesDiskFull_spoolsAndWritesItAllOnceWhenThereIsRoom() throws Exception {
    Path small = Files.createDirectory(folder.resolve("small"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=6m", "none", small.toString()), "mount");
    try (var log = PgEventLog.open(database(1_000), meters)) {
      server.execute("create tablespace small location '%s'".formatted(small));
      server.execute("alter role current_user set default_tablespace = small");
      var big = Payload.text("x".repeat(1_000));
      while (gauge("mama.storage.spool.bytes") == 0) { // 6 MB are not much
        append(log, big);
        assertThat(accepted).hasSizeLessThan(100_000);
      }
      for (int i = 0; i < 500; i++) {
        append(log, big);
      }
      assertThat(run("mount", "-o", "remount,size=200m", small.toString())).isTrue();
      log.flush();
      assertAllOnce(log);
    } finally {
      server.execute("alter role current_user reset default_tablespace");
      PgExperiments.of(server.database()).drop(experiment);
      server.execute("drop tablespace if exists small");
      run("umount", small.toString());
    }
  }

  private static boolean run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }

  @Test
  void flush_rowBehindItWasTakenBack_stillWaitsForThoseBefore() throws Exception {
    var lock = new ReentrantLock();
    var backlog = new Backlog(lock, lock.newCondition());
    backlog.accept(4, 1);
    var flushing =
        new FutureTask<>(() -> {
          backlog.flush();
          return null;
        });
    Thread thread = Thread.startVirtualThread(flushing);
    await().until(() -> thread.getState() == Thread.State.WAITING);
    long behind = backlog.accept(1, 2);
    backlog.finish(3);
    backlog.withdraw(behind);
    assertThat(backlog.waiting()).isEqualTo(1);
    await().until(() -> thread.getState() == Thread.State.WAITING);
    assertThat(flushing.isDone()).isFalse();
    backlog.finish(1);
    flushing.get(30, TimeUnit.SECONDS);
    assertThat(backlog.isEmpty()).isTrue();
  }

  @Test
  void flush_rowBeforeItIsTakenBack_waitsForOneLess() throws Exception {
    var lock = new ReentrantLock();
    var backlog = new Backlog(lock, lock.newCondition());
    long first = backlog.accept(1, 1);
    backlog.accept(1, 1);
    var flushing =
        new FutureTask<>(() -> {
          backlog.flush();
          return null;
        });
    Thread thread = Thread.startVirtualThread(flushing);
    await().until(() -> thread.getState() == Thread.State.WAITING);
    backlog.withdraw(first);
    backlog.finish(1);
    flushing.get(30, TimeUnit.SECONDS);
  }

  @Test
  void close_databaseAway_keepsRowsForTheNextLog() throws Exception {
    var log = PgEventLog.open(database(10), meters);
    append(log, 30);
    log.flush();
    server.kill();
    append(log, 500);
    log.close(); // loses nothing, so it does not complain
    server.startAgain();
    try (var next = PgEventLog.open(database(10))) {
      next.flush();
      assertAllOnce(next);
    }
  }

  @Test
  void close_databaseStandsStill_keepsMessagesForTheNextLog() throws Exception {
    var impatient = database(100).withTimeouts(Duration.ofSeconds(5), Duration.ofMillis(200));
    var log = PgEventLog.open(impatient);
    append(log, Payload.text("the first"));
    log.flush();
    try (var other = server.connect()) {
      other.setAutoCommit(false);
      try (var statement = other.createStatement()) {
        statement.execute("lock table mama.messages in access exclusive mode");
      }
      for (int i = 0; i < 70; i++) { // more than a batch
        append(log, Payload.text("no " + i));
      }
      log.close();
      other.rollback();
    }
    try (var next = PgEventLog.open(database(100))) {
      next.flush();
      assertAllOnce(next);
    }
  }

  @Test
  void append_largerThanTheSpoolTakes_isRefused() throws Exception {
    try (var log = PgEventLog.open(database(10))) {
      assertThatThrownBy(() -> log.append(message(Payload.text("x".repeat(9 << 20)))))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("a row in a spool at most 8,388,608");
    }
  }

  @Test
  void append_spoolFull_waitsUntilTheDatabaseIsBack() throws Exception {
    var small = server.database().withQueue(100, 50, Duration.ofMillis(10));
    try (var log = PgEventLog.open(small.withSpool(Spool.in(spool()).withLimit(1 << 20)), meters)) {
      append(log, 1);
      log.flush();
      server.kill();
      var big = Payload.text("x".repeat(10_000));
      var appended = new AtomicInteger();
      var appending =
          new FutureTask<>(() -> {
            for (int i = 0; i < 300; i++) { // 3 MB into 1 MB
              append(log, big);
              appended.incrementAndGet();
            }
            return null;
          });
      Thread thread = Thread.startVirtualThread(appending);
      await().until(() -> appended.get() > 100 && isWaiting(thread));
      assertThat(gauge("mama.storage.spool.bytes")).isLessThan(1.2 * (1 << 20));
      assertThat(appending.isDone()).isFalse();
      server.startAgain();
      appending.get(60, TimeUnit.SECONDS);
      log.flush();
      assertAllOnce(log);
      assertThat(meters.get("mama.storage.append.wait").timer().count()).isPositive();
    }
  }

  @Test
  void append_badRowsAmongSpooled_areLeftOutAndNamed() throws Exception {
    var log = PgEventLog.open(database(100), meters);
    append(log, 1);
    log.flush();
    server.kill();
    for (int i = 0; i < 1_000; i++) {
      if (i % 100 == 7) {
        log.append(message(Payload.encoded("Text", "{".getBytes(StandardCharsets.UTF_8))));
      }
      append(log, Payload.text("hello"));
    }
    server.startAgain();
    assertThatThrownBy(log::flush)
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("10 of 1,011 events could not be written");
    assertThat(log.countRows(experiment)).containsEntry("errors", 10L);
    assertAllOnce(log, 10);
    assertThatThrownBy(log::close).isInstanceOf(StorageException.class);
  }

  @Test
  void write_tenBadAmongTenThousand_costUnderThirtyCopies() throws Exception {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      rows.add(
          Row.of(
              message(
                  i % 1_000 == 500
                      ? Payload.encoded("Text", "{".getBytes(StandardCharsets.UTF_8))
                      : Payload.text("hello"))));
    }
    try (var log = PgEventLog.open(server.database());
        var connection = server.connect()) {
      connection.setAutoCommit(false);
      var copies = new AtomicInteger();
      List<Batch.Refused> refused =
          Batch.of(rows).writeWithout(connection, new Partitions(), copies::incrementAndGet);
      assertThat(refused).hasSize(10);
      assertThat(refused.getFirst().row()).isEqualTo(rows.get(500));
      assertThat(copies).hasValueBetween(11, 29);
      assertThat(log.countRows(experiment))
          .containsEntry("messages", 9_990L)
          .containsEntry("errors", 10L);
    }
  }

  @Test
  void open_spoolInUse_isRefused() throws Exception {
    try (var log = PgEventLog.open(database(10))) {
      assertThat(log.name()).isEqualTo("postgresql");
      append(log, 1);
      assertThatThrownBy(() -> PgEventLog.open(database(10)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("in use");
    }
  }

  private Path spool() {
    return folder.resolve("spool");
  }

  private PgDatabase database(int queueRows) {
    return server
        .database()
        .withQueue(queueRows, Math.min(queueRows, 50), Duration.ofMillis(10))
        .withSpool(Spool.in(spool()));
  }

  private static boolean isWaiting(Thread thread) {
    return thread.getState() == Thread.State.TIMED_WAITING;
  }

  private double gauge(String name) {
    return meters.get(name).gauge().value();
  }

  /** Appends messages, which are spooled always, and states, which are spooled when they must. */
  private void append(PgEventLog log, int events) throws InterruptedException {
    for (int i = 0; i < events; i++) {
      append(log, i % 2 == 0 ? message(Payload.text("no " + i)) : state(i));
    }
  }

  private void append(PgEventLog log, Payload payload) throws InterruptedException {
    append(log, message(payload));
  }

  private void append(PgEventLog log, Event event) throws InterruptedException {
    log.append(event);
    accepted.add(event.id());
  }

  private void assertAllOnce(PgEventLog log) throws InterruptedException {
    assertAllOnce(log, 0);
  }

  private void assertAllOnce(PgEventLog log, int more) throws InterruptedException {
    long rows = log.countRows(experiment).values().stream().mapToLong(Long::longValue).sum();
    assertThat(rows).isEqualTo(accepted.size() + more);
    assertThat(log.ids(experiment)).containsAll(accepted);
  }

  private MessageSent message(Payload payload) {
    return Samples.message(experiment, payload);
  }

  private StateRecorded state(int number) {
    return Samples.state(experiment, number);
  }
}
