package dev.mama.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.examples.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of an experiment that can be resumed, and what cannot be. */
class KeptExperimentTest {

  private static final String DURABLE = "experiment: {topic_prefix: exps/a, durability: synced}\n";
  private static final String AGENTS = "agents: [{type: helper, count: 2}]\n";

  @TempDir Path folder;

  private Path kept = Path.of("");

  @BeforeEach
  void begin() throws IOException {
    kept = folder.resolve("kept");
    KeptExperiment.begin(kept, file(DURABLE + AGENTS)).close();
  }

  private ExperimentFile file(String yaml) throws IOException {
    Path path = Files.writeString(folder.resolve("x.yaml"), yaml);
    return ExperimentFile.read(path, name -> null);
  }

  private void assertRefused(String yaml, String expected) throws IOException {
    ExperimentFile file = file(yaml);
    assertThatThrownBy(() -> KeptExperiment.resume(kept, file).close())
        .isInstanceOf(InputException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void resume_theSameFile_goesOn_untilItHasEnded() throws Exception {
    ExperimentFile file = file(DURABLE + "mqtt: {qos_default: 2}\n" + AGENTS + "# changed\n");
    for (int i = 0; i < 2; i++) {
      try (var again = KeptExperiment.resume(kept, file)) {
        assertThat(again.isBegun()).isTrue();
        assertThat(again.folder("g1")).isDirectory().hasParent(kept.resolve("a"));
        if (i == 1) {
          again.ended();
        }
      }
    }
    assertRefused(DURABLE + AGENTS, "experiment 'a' has ended, and there is nothing to resume");
  }

  @Test
  void resume_anotherExperimentSeedOrAgents_isRefusedByName() throws Exception {
    assertRefused(
        DURABLE.replace("exps/a", "exps/b") + AGENTS,
        "no experiment 'b' is kept in %s; kept there: a".formatted(kept));
    assertRefused(
        DURABLE + AGENTS + "seed: 43\n",
        "experiment 'a' was begun with seed 42, and the file says 43; resume with the file it was");
    assertRefused(DURABLE.replace("{", "{groups: 2, ") + AGENTS, "was begun with groups 1, and");
    assertRefused(
        DURABLE + AGENTS.replace("2", "3"),
        "begun with agents [Kind[type=helper, className=, count=2, tasks=0]], and the file says");
    assertRefused(
        DURABLE.replace(", durability: synced", "") + AGENTS,
        "experiment 'a' has nothing to resume: its file says no 'durability'; say experiment:");
  }

  @Test
  void begin_whatIsKeptAlready_isRefused() throws Exception {
    ExperimentFile file = file(DURABLE + AGENTS);
    assertThatThrownBy(() -> KeptExperiment.begin(kept, file).close())
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "is kept in %s already; go on with it: --resume a", kept.resolve("a"));
  }

  @Test
  void resume_whileItRuns_isRefused() throws Exception {
    try (var running = KeptExperiment.resume(kept, file(DURABLE + AGENTS))) {
      assertRefused(DURABLE + AGENTS, "is running already; wait for its end");
      assertThat(running.folder()).exists();
    }
  }

  @Test
  void resume_damagedOrLaterFolder_isNamed() throws Exception {
    Path about = kept.resolve("a").resolve("experiment.json");
    String written = Files.readString(about);
    Files.writeString(about, written.substring(0, 20));
    assertRefused(DURABLE + AGENTS, "experiment.json cannot be read");
    Files.writeString(about, written.replace("\"version\":1", "\"version\":2"));
    assertRefused(DURABLE + AGENTS, "has version 2, expected 1; resume with the release");
  }

  @Test
  void commandLine_idOfAnotherForm_orRecordBesides_isNamed() throws Exception {
    String file =
        Files.writeString(folder.resolve("c.yaml"), "experiment: {durability: memory}\n" + AGENTS)
            .toString();
    String where = kept.toString();
    assertThat(Mama.run("run", file, "--keep", where, "--resume", "a/b")).isEqualTo(2);
    assertThat(Mama.run("run", file, "--keep", where, "--resume", "nobody")).isEqualTo(2);
    assertThat(Mama.run("run", file, "--keep", where, "--resume", "a", "--record", "r"))
        .isEqualTo(2);
  }
}
