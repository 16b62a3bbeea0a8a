package dev.mama.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Event;
import dev.mama.Event.MessageSent;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Trace;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that archives is killed with -9; its files must be readable up to the last sync. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class AvroArchiveKillTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("killed");
  private static final String FLUSHED = "flushed ";

  @TempDir private Path folder;

  @Test
  void open_afterKills_hasEveryFlushedEventOnce() throws Exception {
    var random = new Random(11);
    List<UUID> flushed = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      flushed.addAll(archiveAndKill(100 + random.nextInt(400)));
      List<UUID> found = new ArrayList<>();
      try (var archive = AvroArchive.open(folder)) {
        archive.read(EventQuery.all(EXPERIMENT), event -> found.add(event.id()));
      }
      assertThat(found).as("round %d", round).doesNotHaveDuplicates();
      assertThat(new HashSet<>(found).containsAll(flushed)).as("round %d", round).isTrue();
    }
  }

  private List<UUID> archiveAndKill(int events) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Archiving.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<UUID> flushed = new ArrayList<>();
    try (BufferedReader output = process.inputReader()) {
      String line = output.readLine();
      while (line != null && flushed.size() < events) {
        if (line.startsWith(FLUSHED)) {
          flushed.add(UUID.fromString(line.substring(FLUSHED.length())));
        }
        line = output.readLine();
      }
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(flushed).hasSize(events);
    return flushed;
  }

  /** The process that is killed: archives messages, prints what was flushed. */
  static final class Archiving {

    private Archiving() {}

    public static void main(String[] arguments) throws InterruptedException {
      var options =
          ArchiveOptions.standard().withQueue(500, Duration.ofMillis(1)).withFiles(32 << 10);
      try (var archive = AvroArchive.open(Path.of(arguments[0]), options)) {
        AgentId scout = AgentId.of("scout");
        while (true) {
          List<Event> some = new ArrayList<>();
          for (int i = 0; i < 20; i++) {
            some.add(
                new MessageSent(
                    UUID.randomUUID(),
                    EXPERIMENT,
                    Instant.now(),
                    scout,
                    scout,
                    Channel.AGENT_CHAT,
                    Payload.text("hello " + i),
                    Trace.start()));
          }
          for (Event event : some) {
            archive.append(event);
          }
          archive.flush();
          some.forEach(event -> System.out.println(FLUSHED + event.id()));
        }
      }
    }
  }
}
