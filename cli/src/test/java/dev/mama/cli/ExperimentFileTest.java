package dev.mama.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.ExperimentId;
import dev.mama.examples.InputException;
import dev.mama.journal.Grade;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An experiment file: all its keys, and each mistake with its line. */
class ExperimentFileTest {

  private static final Map<String, String> ENVIRONMENT =
      Map.of("PASSWORD", "tr0ub4dor", "POOL", "32", "SECONDS", "7", "HOST", "db.example");

  @TempDir Path folder;

  private ExperimentFile read(String yaml) throws IOException {
    return ExperimentFile.read(
        Files.writeString(folder.resolve("my exp.yaml"), yaml), ENVIRONMENT::get);
  }

  @Test
  void allKeys_areRead() throws Exception {
    ExperimentFile file =
        read(
            """
            experiment:
              groups: 3
              group_concurrency: 5
              topic_prefix: exps/exp-42
            mqtt:
              broker: mqtts://me:${PASSWORD}@broker.example:8884
              qos_default: 1
              session_persistent: true
            llm:
              provider: openai
              timeout_s: "${SECONDS}"
              retries: 4
              pool_size: ${POOL}
            db:
              dsn: postgresql://me:${PASSWORD}@${HOST}:5433/mama?ssl=true
              write_mode: copy
              batch_rows: 100
              flush_interval_ms: 50
            metrics: {}
            agents:
              - type: helper
                count: 2
                card: {specialty: taps, description: repairs taps}
              - {type: mine, class: a.B, tasks: 9}
            seed: -1
            """);
    assertThat(file.experiment().value()).isEqualTo("exp-42");
    assertThat(file.seed()).isEqualTo(-1);
    assertThat(file.groups()).isEqualTo(3);
    assertThat(file.groupConcurrency()).isEqualTo(5);
    assertThat(file.llm()).isEqualTo(new ExperimentFile.Llm(false, Duration.ofSeconds(7), 4, 32));
    assertThat(file.storage().batchRows()).isEqualTo(100);
    assertThat(file.storage().flushInterval()).isEqualTo(Duration.ofMillis(50));
    var broker = file.wire().broker().orElseThrow();
    assertThat(broker.host()).isEqualTo("broker.example");
    assertThat(broker.port()).isEqualTo(8884);
    assertThat(broker.tls()).isPresent();
    assertThat(broker.keepsSession()).isTrue();
    assertThat(broker.clientId()).isEqualTo("mama-exp-42");
    assertThat(broker.login().orElseThrow().password()).isEqualTo("tr0ub4dor");
    var database = file.storage().database().orElseThrow();
    assertThat(database.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example:5433/mama?ssl=true");
    assertThat(database.user()).isEqualTo("me");
    assertThat(database.password()).isEqualTo("tr0ub4dor");
    assertThat(database.flushRows()).isEqualTo(100);
    assertThat(file.agents()).hasSize(2);
    assertThat(file.agents().get(0).ids()).hasToString("[helper-1, helper-2]");
    assertThat(file.agents().get(0).card().orElseThrow().specialty()).isEqualTo("taps");
    assertThat(file.agents().get(1).className()).contains("a.B");
    assertThat(file.agents().get(1).tasks()).isEqualTo(9);
    assertThat(file.toString()).as("secrets stay unseen").doesNotContain("tr0ub4dor");
  }

  @Test
  void defaults_areThoseOfEmbeddedServers() throws Exception {
    ExperimentFile file = read("agents:\n  - type: requester\n");
    assertThat(file.experiment().value()).startsWith("my-exp-2");
    assertThat(file.wire()).isEqualTo(new ExperimentFile.Wire(Optional.empty(), 1));
    assertThat(file.storage().database()).isEmpty();
    assertThat(file.storage().mode()).isEqualTo(ExperimentFile.WriteMode.COPY);
    assertThat(file.durability()).isEmpty();
    assertThat(file.steps()).isEmpty();
    assertThat(file.llm().scripted()).isTrue();
    assertThat(file.groups()).isEqualTo(1);
    assertThat(file.agents().getFirst().count()).isEqualTo(1);
  }

  @Test
  void durability_qosAndArchive_areRead() throws Exception {
    ExperimentFile file =
        read(
            """
            experiment: {groups: 2, durability: synced}
            mqtt: {broker: "mqtt://localhost", session_persistent: true, qos_default: 2}
            db: {write_mode: both, archive: kept/rows}
            agents:
              - type: helper
            """);
    assertThat(file.durability()).contains(Grade.SYNCED);
    assertThat(file.wire().qos()).isEqualTo(2);
    assertThat(file.storage().mode()).isEqualTo(ExperimentFile.WriteMode.BOTH);
    assertThat(file.storage().archive()).isEqualTo(Path.of("kept", "rows"));
  }

  @Test
  void steps_areRead() throws Exception {
    ExperimentFile file =
        read(
            """
            experiment: {steps: 100, skew: 4}
            agents:
              - {type: buyer, class: a.Buyer, count: 2, hears: [buyer, seller]}
              - {type: seller, class: a.Seller}
            """);
    assertThat(file.steps()).contains(new ExperimentFile.StepLife(100, 4));
    assertThat(file.agents().get(0).hears()).containsExactly("buyer", "seller");
    assertThat(file.agents().get(1).hears()).as("everybody").isEmpty();
    assertThat(read("experiment: {steps: 1}\nagents: [{type: x, class: a.X}]").steps())
        .contains(new ExperimentFile.StepLife(1, 16));
  }

  @Test
  void resumed_fileOfAnotherExperiment_isRefused() throws Exception {
    Path path =
        Files.writeString(
            folder.resolve("a.yaml"),
            "experiment: {topic_prefix: exps/a}\nagents: [{type: helper}]\n");
    assertThat(ExperimentFile.read(path, name -> null, ExperimentId.of("a")).experiment())
        .hasToString("a");
    assertThatThrownBy(() -> ExperimentFile.read(path, name -> null, ExperimentId.of("b")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("line 1: 'topic_prefix' names experiment 'a', and 'b' is to be");
    Path nameless = Files.writeString(folder.resolve("b.yaml"), "agents: [{type: helper}]\n");
    assertThat(ExperimentFile.read(nameless, name -> null, ExperimentId.of("b")).experiment())
        .hasToString("b");
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of(
            "experiment: {group: 2}",
            "line 1: key 'group' of 'experiment' is unknown; did you mean 'groups'? Known are"
                + " groups, group_concurrency, topic_prefix, durability, steps, skew"),
        Arguments.of(
            "agent:\n", "line 1: key 'agent' of the file is unknown; did you mean 'agents'?"),
        Arguments.of("seed: 1\nseed: 2", "line 2: key 'seed' of the file stands there twice"),
        Arguments.of("seed: x", "line 1: 'seed' must be a whole number, not 'x'"),
        Arguments.of(
            "\nexperiment:\n  groups: \"2\"",
            "line 3: 'groups' must be a whole number, not a text; leave the quotes out"),
        Arguments.of("experiment:\n  groups: 0", "line 2: 'groups' 0 must be 1 to 1,000"),
        Arguments.of("experiment:\n  groups: [2]", "line 2: 'groups' must be a whole number"),
        Arguments.of("experiment: 2", "line 1: 'experiment' must be a mapping of groups,"),
        Arguments.of("experiment: {topic_prefix: mine}", "'topic_prefix' must be exps/ and an id"),
        Arguments.of("mqtt: {broker: localhost}", "'broker' must have the form mqtt://"),
        Arguments.of("mqtt: {qos_default: 0}", "line 1: 'qos_default' must be 1 or 2, not 0"),
        Arguments.of("mqtt: {qos_default: 3}", "'qos_default' 3 must be 0 to 2"),
        Arguments.of("mqtt: {session_persistent: yes}", "must be true or false, not 'yes'"),
        Arguments.of("mqtt: {session_persistent: true}", "needs a 'broker' that outlives the run"),
        Arguments.of("llm: {provider: magic}", "must be scripted or openai, not 'magic'"),
        Arguments.of(
            "llm:\n  pool_size: ${PASSWORD}",
            "'pool_size' must be a whole number, not '${PASSWORD}'"),
        Arguments.of(
            "llm:\n  provider: ${NOWHERE}",
            "line 2: 'provider' needs the environment variable 'NOWHERE', which is not set"),
        Arguments.of(
            "db: {dsn: \"mysql://me:tr0ub4dor@h/x\"}", "'dsn' must have the form postgresql://"),
        Arguments.of("db: {dsn: \"postgresql://me:tr0ub4dor @h/x\"}", "'dsn' must have the form"),
        Arguments.of(
            "db: {write_mode: insert}",
            "'write_mode' must be copy or archive or both, not 'insert'"),
        Arguments.of(
            "db:\n  write_mode: archive\n  dsn: postgresql://me@h/x",
            "line 3: 'dsn' names a database, and 'write_mode' is archive"),
        Arguments.of(
            "db: {archive: rows}", "'archive' names a folder, and 'write_mode' is copy; write"),
        Arguments.of(
            "experiment: {durability: paper}",
            "line 1: 'durability' must be none or memory or journalled or synced, not 'paper'"),
        Arguments.of(
            "experiment:\n  durability: synced\n  group_concurrency: 5000",
            "line 3: 'group_concurrency' must be at most 1,000 where agents are durable"),
        Arguments.of(
            "experiment: {groups: 2, durability: memory}\nmqtt: {broker: \"mqtt://h\"}",
            "line 2: 'session_persistent' must be true where durable agents of several"),
        Arguments.of("experiment: {steps: 0}", "'steps' 0 must be 1 to 1,000,000,000"),
        Arguments.of("experiment: {skew: 4}", "'skew' is about 'steps', and there are none"),
        Arguments.of("experiment: {steps: 2, skew: 2000}", "'skew' 2000 must be 1 to 1,024"),
        Arguments.of("experiment: {steps: 2, groups: 2}", "'groups' must be 1, for 'steps' are"),
        Arguments.of(
            "experiment: {steps: 2, durability: synced}", "'durability' is for agents that live"),
        Arguments.of(
            "experiment: {steps: 2}\nagents:\n  - {type: helper}",
            "line 3: agents of type 'helper' do not live in 'steps'; give a 'class'"),
        Arguments.of(
            "experiment: {steps: 2}\nagents:\n  - {type: x, class: a.X, tasks: 2}",
            "line 3: 'tasks' are questions"),
        Arguments.of(
            "agents:\n  - {type: helper, hears: [helper]}",
            "line 2: 'hears' is about 'steps', and there are none"),
        Arguments.of(
            "experiment: {steps: 2}\nagents:\n  - {type: x, class: a.X, hears: [x, y]}",
            "line 3: 'hears' names type 'y', and there is none; known are x"),
        Arguments.of(
            "experiment: {steps: 2}\nagents:\n  - {type: x, class: a.X, hears: x}",
            "line 3: 'hears' must be a list of texts in [ ]"),
        Arguments.of(
            "metrics:\n  mlflow_tracking_uri: ftp://me:tr0ub4dor@localhost:5000",
            "line 2: 'mlflow_tracking_uri' must have the form http://host:port"),
        Arguments.of("seed: 1", "'agents' is missing or empty"),
        Arguments.of("agents: {type: helper}", "'agents' must be a list"),
        Arguments.of(
            "agents:\n  - helper", "line 2: an entry of 'agents' must be a mapping of type,"),
        Arguments.of(
            "agents:\n  - {type: wizard}", "type 'wizard' is not built in (helper, requester are)"),
        Arguments.of("agents:\n  - {type: a b, class: x.Y}", "'type' of an agent must be 1 to 100"),
        Arguments.of(
            "agents:\n  - {type: helper}\n  - {type: helper}",
            "line 3: type 'helper' stands there twice"),
        Arguments.of(
            "agents:\n  - {type: helper, count: 1000000}\n  - {type: requester}",
            "more than 1,000,000 agents"),
        Arguments.of(
            "agents:\n  - type: helper\n    card: {specialty: x}",
            "line 3: a 'card' needs 'specialty' and 'description'"),
        Arguments.of("agents: [", "is not YAML"),
        Arguments.of("", "is empty; a mapping is expected"));
  }

  @ParameterizedTest
  @MethodSource
  void mistakes(String yaml, String expected) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(expected)
        .hasMessageContaining("my exp.yaml")
        .message()
        .doesNotContain("tr0ub4dor");
  }

  @Test
  void severalMistakes_areAllTold_inTheOrderOfTheirLines() {
    assertThatThrownBy(
            () -> read("seed: x\nllm: {retries: -1}\nagents:\n  - {type: helper, cuont: 2}\n"))
        .message()
        .satisfies(message ->
            assertThat(List.of(message.split("\n", -1)))
                .satisfiesExactly(
                    first -> assertThat(first).contains("line 1: 'seed'"),
                    second -> assertThat(second).contains("line 2: 'retries' -1 must be 0 to 100"),
                    third -> assertThat(third).contains("line 4: ").contains("'count'?")));
  }
}
