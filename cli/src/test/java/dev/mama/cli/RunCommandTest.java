package dev.mama.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.embedded.EmbeddedBroker;
import dev.mama.embedded.EmbeddedDatabase;
import dev.mama.embedded.RunFolder;
import dev.mama.examples.InputException;
import dev.mama.pg.AvroArchive;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import dev.mama.replay.RunJournal;
import dev.mama.testkit.FakeMlflowServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The example experiments, on embedded servers and on given ones. */
class RunCommandTest {

  private static final Path EXAMPLES = Path.of("..", "examples", "experiments");

  @TempDir Path folder;

  @Test
  void assistance_onEmbeddedServers_answersEveryTask_andRunsAgain() throws Exception {
    Path out = folder.resolve("out");
    String file = EXAMPLES.resolve("assistance.yaml").toString();
    String kept = folder.resolve("kept").toString();
    int code = Mama.run("run", file, "--out", out.toString(), "--record", kept);
    JsonNode report = new JsonMapper().readTree(Files.readAllBytes(out.resolve("report.json")));
    assertThat(code).as(report.toString()).isZero();
    Map<String, Double> figures = new HashMap<>();
    report
        .get("figures")
        .forEach(f -> figures.put(f.get("name").asString(), f.get("value").asDouble()));
    assertThat(figures)
        .containsEntry("run.agents", 29.0)
        .containsEntry("run.tasks", 20.0)
        .containsEntry("run.tasks.answered", 20.0)
        .containsEntry("run.rows.missing", 0.0);
    assertThat(figures.get("run.rows.accepted")).isGreaterThan(29 + 20 * 6.0);
    assertThat(report.get("model").asString()).startsWith("scripted: a fake");
    assertThat(report.get("experiment").asString()).startsWith("assistance-");

    assertThat(Mama.run("rerun", file, kept)).as("again, with nothing but what was kept").isZero();
    Path shorter = folder.resolve("shorter");
    RunJournal.create(shorter, ExperimentId.of("e"), 1).close();
    assertThat(Mama.run("diff", kept, shorter.toString())).isEqualTo(1);
  }

  @Test
  void ownServers_serveAClassOfOnesOwn() throws Exception {
    try (var run = RunFolder.open("run-test");
        var mlflow = FakeMlflowServer.start();
        var broker = EmbeddedBroker.start(Files.createDirectories(run.path().resolve("b")), 0);
        var database =
            EmbeddedDatabase.start(Files.createDirectories(run.path().resolve("d")), 0)) {
      String login = "postgresql://" + database.user() + ":" + database.password() + "@";
      String dsn = database.jdbcUrl().replace("jdbc:postgresql://", login);
      Map<String, String> environment =
          Map.of(
              "MQTT_URL",
              "mqtt://%s:%d".formatted(broker.host(), broker.port()),
              "DATABASE_URL",
              dsn,
              "MLFLOW_URL",
              mlflow.uri().toString(),
              "EXPERIMENT",
              "own-1");
      ExperimentFile file =
          ExperimentFile.read(EXAMPLES.resolve("own-servers.yaml"), environment::get);
      var outcome =
          ExperimentRun.run(
              file,
              RunCommandTest.class.getClassLoader(),
              environment::get,
              null,
              null,
              reported -> {});
      assertThat(outcome.problems()).isEmpty();
      assertThat(outcome.allWell()).isTrue();
      assertThat(broker.connections()).isEqualTo(1);
      assertThat(mlflow.run("own-1"))
          .hasValueSatisfying(kept -> {
            assertThat(kept.metrics()).isNotEmpty();
            assertThat(kept.status()).isEqualTo("FINISHED");
          });
      Set<String> thinkers = new TreeSet<>();
      List<Event> states = new ArrayList<>();
      try (var log =
          PgEventLog.open(
              PgDatabase.of(database.jdbcUrl(), database.user(), database.password()))) {
        log.read(
            ExperimentId.of("own-1"),
            event -> {
              if (event instanceof Event.StateRecorded state) {
                states.add(state);
                thinkers.add(state.agent().value());
              }
            });
      }
      writesBoth(environment);
      assertThat(states).hasSize(6);
      assertThat(thinkers).containsExactly("thinker-1", "thinker-2", "thinker-3");
    }
  }

  private void writesBoth(Map<String, String> environment) throws Exception {
    Path archive = folder.resolve("beside");
    Path path =
        Files.writeString(
            folder.resolve("both.yaml"),
            """
            experiment: {topic_prefix: exps/both-1, steps: 5}
            mqtt: {broker: "${MQTT_URL}"}
            db: {write_mode: both, dsn: "${DATABASE_URL}", archive: %s}
            agents: [{type: gossip, class: dev.mama.cli.Gossip, count: %d}]
            """
                .formatted(archive, Gossip.AGENTS));
    ExperimentFile file = ExperimentFile.read(path, environment::get);
    var outcome =
        ExperimentRun.run(
            file,
            RunCommandTest.class.getClassLoader(),
            environment::get,
            null,
            null,
            reported -> {});
    assertThat(outcome.allWell()).as("every row is in both").isTrue();
    assertThat(heard(archive, "both-1")).hasSize(5);
  }

  @Test
  void steps_areLived_andRowsGoToAnArchive_withoutADatabase() throws Exception {
    int steps = 50;
    Path archive = folder.resolve("archive");
    Path file =
        Files.writeString(
            folder.resolve("steps.yaml"),
            """
            experiment: {topic_prefix: exps/steps-1, steps: %d, skew: 2}
            mqtt: {qos_default: 2}
            db: {write_mode: archive, archive: %s}
            agents: [{type: gossip, class: dev.mama.cli.Gossip, count: %d, hears: [gossip]}]
            """
                .formatted(steps, archive, Gossip.AGENTS));
    Path out = folder.resolve("out");
    assertThat(Mama.run("run", file.toString(), "--out", out.toString())).isZero();
    JsonNode report = new JsonMapper().readTree(Files.readAllBytes(out.resolve("report.json")));
    assertThat(report.get("figures").findValuesAsString("name"))
        .contains("run.steps")
        .doesNotContain("run.tasks");
    Map<Long, Integer> heard = heard(archive, "steps-1");
    assertThat(heard).hasSize(steps);
    assertThat(heard.values()).containsOnly(Gossip.AGENTS);
  }

  /** How often each word was recorded in the archive. */
  private static Map<Long, Integer> heard(Path archive, String experiment) throws Exception {
    Map<Long, Integer> heard = new HashMap<>();
    try (var log = AvroArchive.open(archive)) {
      log.read(
          ExperimentId.of(experiment),
          event -> {
            if (event instanceof Event.EventRecorded row) {
              heard.merge(row.body().as(Gossip.Word.class).steps(), 1, Integer::sum);
            }
          });
    }
    return heard;
  }

  @Test
  void classThatCannotBeUsed_isNamed_beforeAnythingStarts() throws Exception {
    Map<String, String> expected =
        Map.of(
            "dev.mama.cli.Gossip, tasks: 1}\nexperiment: {durability: memory",
                "class 'dev.mama.cli.Gossip' is no dev.mama.DurableAgent, which 'durability' asks",
            "dev.mama.cli.Walker}\nexperiment: {steps: 2",
                "class 'dev.mama.cli.Walker' is no dev.mama.StepAgent, which 'steps' asks for",
            "no.such.Agent",
                "class 'no.such.Agent' is not on the class path; add its folder or jar",
            "java.lang.String", "class 'java.lang.String' is no dev.mama.Agent",
            "dev.mama.examples.Helper", "has neither a public constructor without arguments");
    for (var entry : expected.entrySet()) {
      Path path =
          Files.writeString(
              folder.resolve("x.yaml"),
              "agents:\n  - {type: mine, class: %s}\n".formatted(entry.getKey()));
      ExperimentFile file = ExperimentFile.read(path, name -> null);
      assertThatThrownBy(() -> ExperimentRun.check(file, RunCommandTest.class.getClassLoader()))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(entry.getValue());
    }
  }

  @Test
  void openaiWithoutItsServer_isNamed() throws Exception {
    Path path =
        Files.writeString(
            folder.resolve("x.yaml"), "llm: {provider: openai}\nagents:\n  - type: helper\n");
    ExperimentFile file = ExperimentFile.read(path, name -> null);
    assertThatThrownBy(() ->
            ExperimentRun.run(
                file,
                RunCommandTest.class.getClassLoader(),
                name -> null,
                null,
                null,
                reported -> {}))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("'MAMA_LLM_URL', which is not set");
  }
}
