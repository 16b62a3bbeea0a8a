package dev.mama.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Payload;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.testkit.TestGroup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Runs that cannot be read, or not any more, are named; those of an older version are read. */
class RunRefusalTest extends RunRig {

  @Test
  void badInput_isNamed() throws Exception {
    assertThatThrownBy(() -> Run.open(folder.resolve("none")))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("there is no run in " + folder.resolve("none"));
    Path path = record("run", 1, 0, new ArrayList<>());
    assertThatThrownBy(() -> RunJournal.create(path, EXPERIMENT, 1))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("is not empty; give each run a folder of its own");
    try (Run open = Run.open(path)) {
      assertThatThrownBy(() -> Run.open(open.folder()))
          .isInstanceOf(RunException.class)
          .hasMessageContaining("is in use");
    }
    try (Run run = Run.open(path)) {
      assertThatThrownBy(() -> run.again(List.of()).go(1))
          .isInstanceOf(RunException.class)
          .hasMessageContaining("which is not given");
    }
  }

  @Test
  void otherVersion_isNamed() throws Exception {
    Path path = folder.resolve("future");
    journal(path, "{\"version\":99,\"experiment\":\"e\",\"seed\":1}");
    assertThatThrownBy(() -> Run.open(path))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("has format version 99, expected 1");
    Path strange = folder.resolve("strange");
    journal(strange, "whatever");
    assertThatThrownBy(() -> Run.open(strange))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("record 1 is not what a run is made of");
  }

  private static void journal(Path path, String record) throws Exception {
    try (Journal journal = Journal.open(path, RunFormat.OPTIONS)) {
      var unused = journal.append(record.getBytes(StandardCharsets.UTF_8), Grade.JOURNALLED);
    }
  }

  @Test
  void flippedBit_isNamed() throws Exception {
    Path path = record("run", 1, 0, new ArrayList<>());
    Path segment;
    try (Stream<Path> files = Files.list(path)) {
      segment =
          files.filter(file -> file.toString().endsWith(".journal")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length / 2] ^= 1;
    Files.write(segment, bytes);
    assertThatThrownBy(() -> turns(path))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("is damaged at byte");
  }

  @Test
  void format_ofVersionOne_isStillRead() throws Exception {
    Path path = folder.resolve("golden");
    try (Journal journal = Journal.open(path, RunFormat.OPTIONS)) {
      for (String record :
          List.of(
              "{\"version\":1,\"experiment\":\"golden\",\"seed\":5}",
              "{\"type\":\"echo\",\"agent\":{\"value\":\"e\"},\"step\":0,\"happenings\":[{\"kind\":\"arrived\",\"argument\":\"\",\"result\":\"c agent-chat Go {\\\"number\\\":4}\",\"aside\":\"{\\\"id\\\":\\\"00000000-0000-0001-0000-000000000002\\\",\\\"trace\\\":\\\"00-0000000000000001000000000000000200-0000000000000003-01\\\",\\\"deadlineNanos\\\":9223372036854775807}\"},{\"kind\":\"replied\",\"argument\":\"Text {\\\"text\\\":\\\"echo 4\\\"}\",\"result\":\"\",\"aside\":\"\"}]}"
                  .replace(
                      "0000000000000001000000000000000200", "00000000000000010000000000000002"))) {
        var unused = journal.append(record.getBytes(StandardCharsets.UTF_8), Grade.JOURNALLED);
      }
    }
    try (Run run = Run.open(path)) {
      assertThat(run.experiment().value()).isEqualTo("golden");
      Rerun again = run.again(List.of(AgentType.of("echo", () -> ECHO)));
      assertThat(again.go(10)).isEmpty();
      assertThat(again.turns()).isEqualTo(1);
    }
  }

  @Test
  void turnLargerThanAJournalTakes_isNotTriedAgain_andTheRunSaysSo() throws Exception {
    Path path = folder.resolve("large");
    var turns = new AtomicInteger();
    String large = "x".repeat(900_000);
    RunJournal journal = RunJournal.create(path, EXPERIMENT, 1);
    try (var group = TestGroup.seeded(1)) {
      group.define(
          journal.recorded(
              AgentType.of(
                      "talker",
                      () ->
                          (message, context) -> {
                            turns.incrementAndGet();
                            for (int i = 0; i < 20; i++) {
                              context.record("words", new Payload.Text(large));
                            }
                          })
                  .supervised(Supervision.of(Reaction.RESUME).withTries(3))));
      AgentId talker = group.start("talker", "talker");
      group.client("client").send(talker, Payload.text("go"));
      group.settle();
    }
    assertThat(turns).hasValue(1);
    assertThatThrownBy(journal::close)
        .isInstanceOf(RunException.class)
        .hasMessageContaining("1 turns of the run are not kept")
        .hasMessageContaining("'talker'");
  }

  @Test
  void failuresThatAnAgentMeets_areMetAgain() throws Exception {
    Path path = folder.resolve("failures");
    AgentType type =
        AgentType.of(
            "clumsy",
            () ->
                (message, context) -> {
                  try {
                    context.metric("not a name", 1);
                  } catch (IllegalArgumentException e) {
                    if (!message.from().equals(context.self())) {
                      context.send(context.self(), Payload.text("minded"));
                    }
                  }
                  throw new IllegalStateException("at " + System.nanoTime());
                });
    try (var journal = RunJournal.create(path, EXPERIMENT, 1);
        var group = TestGroup.seeded(1)) {
      group.define(journal.recorded(type));
      AgentId clumsy = group.start("clumsy", "clumsy");
      group.client("client").send(clumsy, Payload.text("go"));
      group.settle();
    }
    try (Run run = Run.open(path)) {
      Rerun again = run.again(List.of(type));
      assertThat(again.go(10)).isEmpty();
      assertThat(again.turns()).isEqualTo(2);
    }
  }
}
