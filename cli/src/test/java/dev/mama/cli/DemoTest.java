package dev.mama.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The main job from end to end, on the real parts, each run in a JVM of its own as {@code ./mama}
 * does it.
 */
class DemoTest {

  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir Path folder;

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endWhatAFailedTestLeft() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void demo_25Agents_servesAllNeedsAndFindsEveryRow() throws Exception {
    Process demo = start("--agents", "25");
    assertThat(demo.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).as(errors()).isZero();

    JsonNode report = report();
    Map<String, JsonNode> figures = figures(report);
    assertThat(value(figures, "demo.needs.asked")).isEqualTo(30);
    assertThat(
            figures.values().stream()
                .filter(figure -> figure.path("met").isBoolean())
                .filter(figure -> !figure.get("met").asBoolean())
                .map(figure -> figure.get("name").asString()))
        .as("figures that miss their goal")
        .isEmpty();
    assertThat(figures)
        .containsKeys(
            "demo.needs.answered",
            "demo.match.top1",
            "demo.match.top5",
            "demo.match.mrr",
            "demo.rows.missing",
            "demo.connections.broker",
            "demo.connections.llm",
            "demo.connections.database",
            "demo.encode.p50",
            "demo.scan.p95",
            "demo.decide.p99",
            "demo.mqtt.p50",
            "demo.llm.p50",
            "demo.total.p99");
    assertThat(report.get("command").asString()).isEqualTo("demo");
    assertThat(report.get("model").asString()).startsWith("scripted: a fake");
    assertThat(report.get("policy").asString()).startsWith("weighted-score/1");
    assertThat(report.get("transport").asString()).isEqualTo("mqtt");

    JsonNode trace = report.get("trace");
    String id = trace.get("id").asString();
    assertThat(id).matches("[0-9a-f]{32}");
    assertThat(trace.get("mqttTopic").asString()).startsWith("exps/demo-").endsWith("/agent-chat");
    assertThat(trace.get("llmHeader").asString()).startsWith("00-" + id + "-");
    assertThat(trace.get("databaseRows").get("messages").asInt())
        .as("to the requester, to the helper, and both replies")
        .isEqualTo(4);
    assertThat(trace.get("databaseRows").get("states").asInt()).isEqualTo(2);
    assertThat(leftBehind()).isEmpty();
  }

  @Test
  void demoNegotiation_agreesOnATeam_andFindsEveryEvent() throws Exception {
    Process demo = start("negotiation", "--out", folder.resolve("out").toString());
    assertThat(demo.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).as(errors()).isZero();
    JsonNode report = report();
    Map<String, JsonNode> figures = figures(report);
    assertThat(value(figures, "demo.negotiation.agreed")).isEqualTo(1);
    assertThat(value(figures, "demo.negotiation.offers")).isBetween(3, 12);
    assertThat(value(figures, "demo.negotiation.rows-missing")).isZero();
    assertThat(report.get("command").asString()).isEqualTo("demo negotiation");
    assertThat(report.get("model").asString()).startsWith("scripted: a fake");
    assertThat(report.get("outcome").asString()).startsWith("Awarded").contains("by=model");
  }

  @Test
  void demo_sigterm_drainsReportsAndLeavesNothingBehind() throws Exception {
    Path needs =
        Files.writeString(
            folder.resolve("needs.yaml"),
            IntStream.range(0, 20_000)
                .mapToObj(i -> "- text: my tap drips, and this is letter " + i + "\n")
                .collect(Collectors.joining()));
    Process demo = start("--agents", "25", "--needs", needs.toString());
    await().atMost(LIMIT).until(() -> errors().contains("needs served") || !demo.isAlive());
    ProcessHandle database = database();
    assertThat(database.isAlive()).as("the database runs").isTrue();
    demo.destroy();
    assertThat(demo.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).as("ended by SIGTERM, " + errors()).isEqualTo(143);

    JsonNode report = report();
    Map<String, JsonNode> figures = figures(report);
    assertThat(report.get("interrupted").asBoolean()).isTrue();
    int asked = value(figures, "demo.needs.asked");
    assertThat(asked).isBetween(1, 19_999);
    assertThat(value(figures, "demo.needs.answered")).isEqualTo(asked);
    assertThat(value(figures, "demo.rows.missing")).isZero();
    await().atMost(LIMIT).until(() -> !database.isAlive());
    assertThat(leftBehind()).isEmpty();
  }

  private Process start(String... args) throws IOException {
    Files.createDirectories(folder.resolve("tmp"));
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules=jdk.incubator.vector",
                "-Djava.io.tmpdir=" + folder.resolve("tmp"),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.mama.cli.Mama",
                "demo",
                "--out",
                folder.resolve("out").toString()));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(folder.resolve("stdout").toFile())
            .redirectError(folder.resolve("stderr").toFile())
            .start();
    started.add(process);
    return process;
  }

  /** The embedded database's main process, which is no child of the JVM. */
  private ProcessHandle database() throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("tmp"), 5)) {
      Path file = all.filter(path -> path.endsWith("postmaster.pid")).findFirst().orElseThrow();
      return ProcessHandle.of(Long.parseLong(Files.readAllLines(file).getFirst())).orElseThrow();
    }
  }

  private String errors() throws IOException {
    return Files.readString(folder.resolve("stderr"));
  }

  private JsonNode report() throws IOException {
    return new JsonMapper().readTree(Files.readAllBytes(folder.resolve("out/report.json")));
  }

  private static int value(Map<String, JsonNode> figures, String name) {
    return Objects.requireNonNull(figures.get(name), name).get("value").asInt();
  }

  private static Map<String, JsonNode> figures(JsonNode report) {
    Map<String, JsonNode> figures = new HashMap<>();
    report.get("figures").forEach(figure -> figures.put(figure.get("name").asString(), figure));
    return figures;
  }

  /**
   * Run folders under the JVM's own temporary folder: each holds an owner's mark while it is in
   * use.
   */
  private List<String> leftBehind() throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("tmp"), 3)) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("demo") || name.equals("postmaster.pid"))
          .toList();
    }
  }
}
