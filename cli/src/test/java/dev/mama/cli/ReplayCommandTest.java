package dev.mama.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Event.MessageSent;
import dev.mama.Event.MetricRecorded;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Trace;
import dev.mama.embedded.EmbeddedDatabase;
import dev.mama.embedded.RunFolder;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replay, compare and export, from a real database to the lines that a person reads. */
class ReplayCommandTest {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  @TempDir private Path folder;

  @Test
  void replayCompareExport_showWhatWasRecorded() throws Exception {
    try (var run = RunFolder.open("test");
        var server = EmbeddedDatabase.start(run.path())) {
      String url =
          "%s?user=%s&password=%s".formatted(server.jdbcUrl(), server.user(), server.password());
      try (var log = PgEventLog.open(PgDatabase.of(url, "", ""))) {
        for (String experiment : List.of("one", "two")) {
          for (int i = 0; i < 3; i++) {
            log.append(message(experiment, i, i == 1 ? "hello from " + experiment : "hello"));
          }
        }
        log.append(
            new MetricRecorded(
                UUID.randomUUID(),
                ExperimentId.of("one"),
                NOON.plusSeconds(9),
                AgentId.of("scout"),
                "price.eur",
                2.5,
                Trace.start()));
      }
      String all = run(0, "replay", "one", "--database", url);
      assertThat(all.lines())
          .hasSize(5)
          .anySatisfy(line -> assertThat(line).contains("message  scout -> guide on agent-chat"))
          .anySatisfy(line -> assertThat(line).endsWith("metric   scout price.eur = 2.5"));
      String position =
          run(
                  0,
                  "replay",
                  "one",
                  "--kind",
                  "messages",
                  "--until",
                  "2026-06-01T12:00:01Z",
                  "--database",
                  url)
              .lines()
              .filter(line -> line.startsWith("position "))
              .findFirst()
              .orElseThrow()
              .substring("position ".length());
      assertThat(run(0, "replay", "one", "--after", position, "--database", url).lines())
          .hasSize(4);
      assertThat(run(1, "replay", "one", "--compare", "two", "--database", url))
          .contains("message 2 differs", "hello from one", "hello from two");
      assertThat(run(0, "replay", "one", "--compare", "one", "--database", url))
          .contains("the messages are the same");
      run(0, "export", "one", "--csv", "--out", folder.toString(), "--database", url);
      assertThat(Files.readAllLines(folder.resolve("messages.csv"))).hasSize(4);
      assertThat(Files.readAllLines(folder.resolve("metrics.csv"))).hasSize(2);
      run(Mama.BAD_INPUT, "replay", "none", "--database", url);
      String archive = folder.resolve("archive").toString();
      run(0, "export", "one", "--avro", "--out", archive, "--database", url);
      run(Mama.BAD_INPUT, "export", "one", "--avro", "--out", archive, "--database", url);
      assertThat(run(0, "replay", "one", "--archive", archive)).isEqualTo(all);
      assertThat(
              run(
                  1,
                  "replay",
                  "one",
                  "--archive",
                  archive,
                  "--compare",
                  "two",
                  "--compare-in",
                  url))
          .contains("message 2 differs", "hello from one", "hello from two");
      assertThat(
              run(
                  0,
                  "replay",
                  "one",
                  "--database",
                  url,
                  "--compare",
                  "one",
                  "--compare-in",
                  archive))
          .contains("the messages are the same");
      run(Mama.BAD_INPUT, "replay", "one");
      run(Mama.BAD_INPUT, "replay", "one", "--archive", archive + "x");
    }
  }

  private static MessageSent message(String experiment, int second, String text) {
    return new MessageSent(
        UUID.randomUUID(),
        ExperimentId.of(experiment),
        NOON.plusSeconds(second),
        AgentId.of("scout"),
        AgentId.of("guide"),
        Channel.AGENT_CHAT,
        Payload.text(text),
        Trace.start());
  }

  private static String run(int code, String... args) {
    PrintStream out = System.out;
    var written = new ByteArrayOutputStream();
    System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
    try {
      assertThat(Mama.run(args)).isEqualTo(code);
    } finally {
      System.setOut(out);
    }
    return written.toString(StandardCharsets.UTF_8);
  }
}
