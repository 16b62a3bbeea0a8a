package dev.mama.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Event.MessageSent;
import dev.mama.Event.StateRecorded;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Trace;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that records is killed with -9; what it had been told is accepted must be there. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PgSpoolKillTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("killed");

  /** Every second one with the database killed, too; a long run takes more. */
  private static final int ROUNDS = Integer.getInteger("mama.test.kills", 2);

  private static final String ACCEPTED = "accepted ";

  @TempDir private Path folder;
  private final Map<UUID, Integer> seen = new HashMap<>();

  @Test
  void open_afterKillsWithAndWithoutDatabase_hasEveryAcceptedMessageOnce() throws Exception {
    var random = new Random(7);
    try (var server = TestDatabase.embedded()) {
      PgDatabase database = recording(server.database(), folder);
      PgEventLog.open(server.database()).close(); // the schema
      Set<UUID> acceptedMessages = new HashSet<>();
      for (int round = 0; round < ROUNDS; round++) {
        acceptedMessages.addAll(recordAndKill(server, 200 + random.nextInt(2_000), round % 2 == 1));
        server.startAgain();
        try (var log = PgEventLog.open(database)) {
          log.flush();
          assertThat(log.ids(EXPERIMENT)).as("round %d", round).containsAll(acceptedMessages);
          log.read(
              EXPERIMENT,
              event -> {
                if (event instanceof MessageSent) {
                  seen.merge(event.id(), 1, Integer::sum);
                }
              });
          assertThat(seen.values()).as("round %d", round).allMatch(times -> times == 1);
          seen.clear();
          assertThat(log.countRows(EXPERIMENT)).containsEntry("errors", 0L);
        }
      }
    }
  }

  /** Kills the recorder after so many messages; the database, too, half-way where it must. */
  private Set<UUID> recordAndKill(TestDatabase server, int messages, boolean withOutage)
      throws Exception {
    PgDatabase database = server.database();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Recording.class.getName(),
                database.jdbcUrl(),
                database.user(),
                database.password(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Set<UUID> accepted = new HashSet<>();
    boolean outage = withOutage;
    try (BufferedReader output = process.inputReader()) {
      String line = output.readLine();
      while (line != null && accepted.size() < messages) {
        if (line.startsWith(ACCEPTED)) { // the rest is its log
          accepted.add(UUID.fromString(line.substring(ACCEPTED.length())));
        }
        if (outage && accepted.size() == messages / 2) {
          outage = false;
          server.kill();
        }
        line = output.readLine();
      }
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(accepted).hasSize(messages);
    return accepted;
  }

  private static PgDatabase recording(PgDatabase database, Path folder) {
    return database
        .withQueue(500, 100, Duration.ofMillis(5))
        .withSpool(Spool.in(folder.resolve("spool")));
  }

  /** The process that is killed: records messages and states, prints what was accepted. */
  static final class Recording {

    private Recording() {}

    public static void main(String[] arguments) throws InterruptedException {
      PgDatabase database = PgDatabase.of(arguments[0], arguments[1], arguments[2]);
      try (var log = PgEventLog.open(recording(database, Path.of(arguments[3])))) {
        AgentId scout = AgentId.of("scout");
        while (true) {
          var message =
              new MessageSent(
                  UUID.randomUUID(),
                  EXPERIMENT,
                  Instant.now(),
                  scout,
                  scout,
                  Channel.AGENT_CHAT,
                  Payload.text("hello"),
                  Trace.start());
          log.append(message);
          System.out.println(ACCEPTED + message.id());
          log.append(
              new StateRecorded(
                  UUID.randomUUID(),
                  EXPERIMENT,
                  Instant.now(),
                  scout,
                  Payload.text("calm"),
                  Trace.start()));
        }
      }
    }
  }
}
