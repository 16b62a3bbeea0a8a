package dev.mama.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.Event.MessageSent;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.spi.EventLog;
import dev.mama.testkit.EventLogContract;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class PgEventLogTest extends EventLogContract {

  private static TestDatabase server;

  @BeforeAll
  static void start() throws Exception {
    server = TestDatabase.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Override
  protected EventLog newLog() {
    return PgEventLog.open(server.database());
  }

  @Override
  protected Optional<EventLog> anotherLog() {
    return Optional.of(newLog());
  }

  @Test
  void countRowsAndIds_afterFlush_areThoseRecorded() throws Exception {
    ExperimentId experiment = anExperiment();
    Set<UUID> recorded = new HashSet<>();
    try (var log = PgEventLog.open(server.database())) {
      for (int i = 0; i < 10; i++) {
        MessageSent message = aMessage(experiment, Instant.now(), Payload.text("hello"));
        log.append(message);
        recorded.add(message.id());
      }
      log.flush();
      assertThat(log.countRows(experiment))
          .hasSize(10)
          .containsAllEntriesOf(Map.of("agents", 0L, "messages", 10L, "surveys", 0L));
      assertThat(log.ids(experiment)).isEqualTo(recorded);
    }
  }

  @Test
  void connections_manyReadersAndWriters_areNeverMoreThanAllowed() throws Exception {
    ExperimentId experiment = anExperiment();
    try (var log = PgEventLog.open(server.database());
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Integer> work =
          () -> {
            for (int i = 0; i < 200; i++) {
              log.append(aMessage(experiment, Instant.now(), Payload.text("hello")));
            }
            log.flush();
            assertThat(readAll(log, experiment)).hasSizeGreaterThanOrEqualTo(200);
            return log.connections();
          };
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        tasks.add(work);
      }
      for (Future<Integer> connections : threads.invokeAll(tasks)) {
        assertThat(connections.get()).isBetween(1, 4);
      }
      assertThat(log.countRows(experiment)).containsEntry("messages", 4_000L);
    }
  }

  @Test
  void read_readerUsesTheLog_isServed() throws Exception {
    ExperimentId experiment = anExperiment();
    try (var log = PgEventLog.open(server.database())) {
      log.append(aMessage(experiment, Instant.now(), Payload.text("hello")));
      log.flush();
      List<Long> counts = new ArrayList<>();
      log.read(
          experiment,
          event -> {
            try {
              counts.add(log.countRows(experiment).get("messages"));
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          });
      assertThat(counts).containsExactly(1L);
    }
  }

  @Test
  void write_sameBatchTwice_isThereOnce() throws Exception {
    ExperimentId experiment = anExperiment();
    var batch = Batch.of(List.of(Row.of(aMessage(experiment, Instant.now(), Payload.text("hi")))));
    try (var log = PgEventLog.open(server.database())) {
      for (int tries = 0; tries < 2; tries++) { // as if the first try's commit had gone unheard
        try (var connection = server.connect()) {
          connection.setAutoCommit(false);
          batch.write(connection, new Partitions());
        }
      }
      assertThat(log.countRows(experiment)).containsEntry("messages", 1L);
    }
  }
}
