package dev.mama.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.Event.ErrorRaised;
import dev.mama.Event.MessageSent;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.StorageException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of accepted events when the database is slow, away, restarted or refuses. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PgEventLogFailureTest {

  private static TestDatabase server;

  private final ExperimentId experiment = ExperimentId.of("exp-" + UUID.randomUUID());

  @BeforeAll
  static void start() throws Exception {
    server = TestDatabase.embedded();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void append_databaseStandsStill_waitsAndLosesNothing() throws Exception {
    var small = server.database().withQueue(100, 50, Duration.ofMillis(10));
    try (var log = PgEventLog.open(small)) {
      var accepted = new AtomicInteger();
      var appending =
          new FutureTask<>(() -> {
            for (int i = 0; i < 1_000; i++) {
              log.append(aMessage());
              accepted.incrementAndGet();
            }
            return null;
          });
      try (Connection other = lockMessages()) {
        Thread thread = Thread.startVirtualThread(appending);
        await().until(() -> accepted.get() >= 100 && isWaiting(thread));
        assertThat(accepted).hasValueLessThanOrEqualTo(150);
        other.rollback();
      }
      appending.get(60, TimeUnit.SECONDS);
      log.flush();
      assertThat(log.countRows(experiment)).containsEntry("messages", 1_000L);
    }
  }

  @Test
  void appendAndFlush_interruptedWhileWaiting_giveUpAndHarmNobody() throws Exception {
    var small = server.database().withQueue(1, 1, Duration.ofMillis(10));
    try (var log = PgEventLog.open(small)) {
      Set<UUID> accepted = ConcurrentHashMap.newKeySet();
      try (Connection other = lockMessages()) {
        var appending =
            new FutureTask<Void>(() -> {
              while (true) {
                MessageSent message = aMessage();
                log.append(message);
                accepted.add(message.id());
              }
            });
        var flushing =
            new FutureTask<Void>(() -> {
              log.flush();
              return null;
            });
        for (FutureTask<?> task : List.of(appending, flushing)) {
          Thread thread = Thread.startVirtualThread(task);
          await().until(() -> !accepted.isEmpty() && isWaiting(thread));
          thread.interrupt();
          assertThatThrownBy(() -> task.get(30, TimeUnit.SECONDS))
              .isInstanceOf(ExecutionException.class)
              .hasCauseInstanceOf(InterruptedException.class);
        }
        other.rollback();
      }
      log.flush();
      assertThat(log.ids(experiment)).isEqualTo(accepted);
    }
  }

  @Test
  void append_serverRestartsUnderLoad_losesAndDoublesNothing() throws Exception {
    try (var log = PgEventLog.open(server.database().withQueue(2_000, 100, Duration.ofMillis(5)))) {
      Set<UUID> recorded =
          underLoad(
              log,
              () -> {
                server.restart();
                return null;
              });
      assertKeptOnce(log, recorded);
    }
  }

  @Test
  void append_connectionsAreCutUnderLoad_losesAndDoublesNothing() throws Exception {
    var meters = new SimpleMeterRegistry();
    var small = server.database().withQueue(2_000, 100, Duration.ofMillis(5));
    try (var log = PgEventLog.open(small, meters)) {
      Counter written = meters.get("mama.storage.rows").counter();
      Set<UUID> recorded =
          underLoad(
              log,
              () -> {
                for (int i = 0; i < 20; i++) {
                  server.execute(
                      "select pg_terminate_backend(pid) from pg_stat_activity"
                          + " where application_name like 'mama-%'");
                  double enough = written.count() + 1 + 150 * (i % 4); // of some batches
                  await().until(() -> written.count() >= enough);
                }
                return null;
              });
      assertKeptOnce(log, recorded);
    }
  }

  @Test
  void append_messageThatIsThere_isThereOnce_andNothingIsLost() throws Exception {
    try (var log = PgEventLog.open(server.database())) {
      MessageSent message = aMessage();
      log.append(message);
      log.flush();
      for (int i = 0; i < 50; i++) {
        log.append(aMessage());
      }
      log.append(message);
      for (int i = 0; i < 50; i++) {
        log.append(aMessage());
      }
      log.flush();
      assertThat(log.countRows(experiment))
          .containsEntry("messages", 101L)
          .containsEntry("errors", 0L);
    }
  }

  @Test
  void append_payloadThatIsNoJson_isLeftOutAndTheOthersAreKept() throws Exception {
    var log = PgEventLog.open(server.database());
    log.append(aMessage());
    log.append(aMessage(Payload.encoded("Text", "{no json".getBytes(StandardCharsets.UTF_8))));
    log.append(aMessage());
    assertThatThrownBy(log::flush).hasMessageContaining("invalid input syntax for type json");
    assertThat(log.countRows(experiment)).containsEntry("messages", 2L);
    assertThatThrownBy(log::close).isInstanceOf(StorageException.class);
  }

  @Test
  void append_textThatPostgresCannotHold_isRefusedAtOnce() throws Exception {
    try (var log = PgEventLog.open(server.database())) {
      for (String text : List.of("a\0b", "half \ud83e")) {
        var error = new ErrorRaised(UUID.randomUUID(), experiment, Instant.now(), "a", text, null);
        assertThatThrownBy(() -> log.append(error))
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("which PostgreSQL cannot keep");
      }
      assertThatThrownBy(() -> log.append(aMessage(Payload.text("a\0b"))))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("U+0000");
      log.flush();
    }
  }

  @Test
  void close_databaseStaysAway_endsAtItsLimitAndSaysHowManyAreLost() throws Exception {
    var impatient = server.database().withTimeouts(Duration.ofSeconds(5), Duration.ofMillis(200));
    var log = PgEventLog.open(impatient);
    try (Connection other = lockMessages()) {
      for (int i = 0; i < 10; i++) {
        log.append(aMessage());
      }
      assertThatThrownBy(log::close)
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith("10 of 10 events could not be written to jdbc:postgresql:");
      other.rollback();
    }
    assertThatThrownBy(() -> log.append(aMessage())).hasMessageContaining("closed");
  }

  @Test
  void open_wrongPassword_saysSoInOneLineWithoutIt() {
    PgDatabase good = server.database();
    assertRefused(PgDatabase.of(good.jdbcUrl(), good.user(), "se!cret"), "check user and password");
    assertRefused(
        PgDatabase.of(good.jdbcUrl() + "?password=se!cret", good.user(), "se!cret"),
        "check user and password");
  }

  @Test
  void open_noSuchDatabase_saysSoInOneLine() {
    PgDatabase good = server.database();
    assertRefused(
        PgDatabase.of(good.jdbcUrl() + "x", good.user(), good.password()),
        "create it, or name another");
  }

  @Test
  void open_userWithoutRights_saysSoInOneLine() throws Exception {
    PgEventLog.open(server.database()).close();
    server.execute("create role guest login password 'se!cret'");
    assertRefused(
        PgDatabase.of(server.database().jdbcUrl(), "guest", "se!cret"), "the user may create it");
  }

  @Test
  void open_nobodyListens_saysSoInOneLine() throws Exception {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertRefused(at(port), "check that a PostgreSQL listens there");
  }

  @Test
  void open_somethingElseListens_saysSoInOneLine() throws Exception {
    try (var socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(() -> {
        while (true) {
          try (var client = socket.accept()) {
            client
                .getOutputStream()
                .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          } catch (IOException e) {
            return;
          }
        }
      });
      assertRefused(at(socket.getLocalPort()), "check that a PostgreSQL listens there");
    }
  }

  @Test
  void open_listenerStaysSilent_givesUpAtItsLimit() throws Exception {
    try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      assertRefused(at(silent.getLocalPort()), "check that a PostgreSQL listens there");
    }
  }

  private static boolean isWaiting(Thread thread) {
    return thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TIMED_WAITING;
  }

  private static void assertRefused(PgDatabase database, String nextStep) {
    var impatient = database.withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(1));
    assertThatThrownBy(() -> PgEventLog.open(impatient))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(impatient.toString())
        .hasMessageContaining(nextStep)
        .message()
        .hasLineCount(1)
        .doesNotContain("se!cret");
  }

  private static PgDatabase at(int port) {
    return PgDatabase.of("jdbc:postgresql://localhost:%d/postgres".formatted(port), "me", "");
  }

  private Connection lockMessages() throws Exception {
    Connection connection = server.connect();
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.execute("lock table mama.messages in access exclusive mode");
    }
    return connection;
  }

  /** Appends from four threads while {@code disturbance} happens; the ids of what was accepted. */
  private Set<UUID> underLoad(PgEventLog log, Callable<?> disturbance) throws Exception {
    var stop = new AtomicBoolean();
    Callable<Set<UUID>> appending =
        () -> {
          Set<UUID> accepted = new HashSet<>();
          while (!stop.get()) {
            MessageSent message = aMessage();
            log.append(message);
            accepted.add(message.id());
          }
          return accepted;
        };
    Set<UUID> accepted = new HashSet<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Set<UUID>>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        running.add(threads.submit(appending));
      }
      try {
        disturbance.call();
      } finally {
        stop.set(true);
        for (Future<Set<UUID>> ids : running) {
          accepted.addAll(ids.get(60, TimeUnit.SECONDS));
        }
      }
    }
    return accepted;
  }

  private void assertKeptOnce(PgEventLog log, Set<UUID> recorded) throws Exception {
    log.flush();
    assertThat(recorded).isNotEmpty();
    assertThat(log.countRows(experiment)).containsEntry("messages", (long) recorded.size());
    assertThat(log.ids(experiment).equals(recorded)).as("the ids that were accepted").isTrue();
  }

  private MessageSent aMessage() {
    return aMessage(Payload.text("hello"));
  }

  private MessageSent aMessage(Payload payload) {
    return Samples.message(experiment, payload);
  }
}
