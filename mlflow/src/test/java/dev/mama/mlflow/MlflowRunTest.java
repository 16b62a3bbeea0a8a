package dev.mama.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.InMemoryEventLog;
import dev.mama.testkit.FakeMlflowServer;
import dev.mama.testkit.FakeMlflowServer.Point;
import dev.mama.testkit.FakeMlflowServer.Run;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a tracking server hears of a run, and what becomes of a run without one. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MlflowRunTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp-42");

  private FakeMlflowServer fake;

  @BeforeEach
  void start() throws Exception {
    fake = FakeMlflowServer.start();
  }

  @AfterEach
  void stop() {
    fake.close();
  }

  @Test
  void watch_groupOfAgents_bringsItsFiguresAndCounts() throws Exception {
    try (var run = MlflowRun.start(fake.uri().toString(), EXPERIMENT);
        var group =
            AgentGroup.builder(EXPERIMENT).eventLog(run.watch(new InMemoryEventLog())).build()) {
      group.define(
          AgentType.of(
              "seller",
              () ->
                  (message, context) -> {
                    context.metric(
                        "price.eur",
                        Double.parseDouble(message.payload().as(Payload.Text.class).text()));
                    context.reply(Payload.text("sold"));
                  }));
      group.start(AgentId.of("seller-1"), "seller");
      var client = group.client("buyer");
      for (String price : List.of("1.5", "2.5", "-1")) {
        client.ask(AgentId.of("seller-1"), Payload.text(price), Duration.ofSeconds(20));
      }
    }
    Run heard = fake.run("exp-42").orElseThrow();
    assertThat(fake.experiments()).containsExactly("mama");
    assertThat(heard.status()).isEqualTo("FINISHED");
    assertThat(heard.tags()).containsEntry("mama.experiment", "exp-42");
    assertThat(last(heard, "price.eur.count")).isEqualTo(3);
    assertThat(last(heard, "mama.messages")).isEqualTo(6);
    assertThat(
            heard.metrics().stream()
                .filter(p -> p.key().equals("price.eur.min"))
                .mapToDouble(Point::value)
                .min())
        .hasValue(-1);
    assertThat(fake.refused()).as("the experiment was asked for before it was made").isEqualTo(1);
  }

  @Test
  void metric_sameNameManyTimes_isOnePointWithMeanLeastAndMost() throws Exception {
    try (var run = MlflowRun.start(slowly(), EXPERIMENT)) {
      for (int i = 1; i <= 99; i++) {
        run.metric("price", i);
      }
    }
    Run heard = fake.run("exp-42").orElseThrow();
    assertThat(heard.metrics().stream().map(Point::key))
        .containsExactly("price", "price.min", "price.max", "price.count");
    assertThat(heard.metrics().stream().map(Point::value)).containsExactly(50.0, 1.0, 99.0, 99.0);
  }

  @Test
  void close_moreThanOneRequestTakes_sendsSeveral() throws Exception {
    try (var run = MlflowRun.start(slowly(), EXPERIMENT)) {
      for (int i = 0; i < 350; i++) {
        run.metric("figure." + i, i); // the names beyond 200 are given up, and said
        run.param("param " + i, i);
      }
      run.tag("note", "x".repeat(5_000));
    }
    Run heard = fake.run("exp-42").orElseThrow();
    assertThat(heard.metrics()).hasSize(4 * FigureSums.MOST_NAMES);
    assertThat(heard.params()).hasSize(350).containsEntry("param 349", "349");
    assertThat(heard.tags().get("note")).hasSize(5_000);
    assertThat(fake.refused()).isEqualTo(1);
  }

  @Test
  void phase_figuresWhileItIsOpen_goToBothRuns() throws Exception {
    try (var run = MlflowRun.start(quickly(), EXPERIMENT)) {
      run.metric("price", 1);
      try (var phase = run.phase("warm up")) {
        run.metric("price", 2);
        await().until(() -> phase.id().isPresent());
      }
      run.metric("price", 3);
      var open = run.phase("main");
      open.fail();
      open.metric("alone", 1);
    }
    Run whole = fake.run("exp-42").orElseThrow();
    Run phase = fake.run("warm up").orElseThrow();
    Run main = fake.run("main").orElseThrow();
    assertThat(phase.tags()).containsEntry("mlflow.parentRunId", whole.id());
    assertThat(phase.status()).isEqualTo("FINISHED");
    assertThat(main.status()).isEqualTo("FAILED");
    assertThat(last(phase, "price.count")).isEqualTo(1);
    assertThat(last(phase, "price")).isEqualTo(2);
    assertThat(last(whole, "price.count")).isEqualTo(3);
    assertThat(main.metrics().stream().map(Point::key)).contains("alone");
  }

  @Test
  void metric_serverAwayForAWhile_arrivesLater() throws Exception {
    try (var run = MlflowRun.start(quickly(), EXPERIMENT)) {
      fake.failing(true);
      run.metric("price", 7);
      run.param("agents", 12);
      await().until(() -> fake.failed() >= 3);
      assertThat(fake.run("exp-42").orElseThrow().metrics()).isEmpty();
      fake.failing(false);
      await().until(() -> !fake.run("exp-42").orElseThrow().metrics().isEmpty());
    }
    Run heard = fake.run("exp-42").orElseThrow();
    assertThat(last(heard, "price")).isEqualTo(7);
    assertThat(heard.params()).containsEntry("agents", "12");
    assertThat(heard.status()).isEqualTo("FINISHED");
  }

  @Test
  void param_setAgainToAnotherValue_takesNoFigureWithIt() throws Exception {
    try (var run = MlflowRun.start(slowly(), EXPERIMENT)) {
      run.param("agents", 12);
      run.param("agents", 13);
      run.metric("price", 7);
    }
    Run heard = fake.run("exp-42").orElseThrow();
    assertThat(last(heard, "price")).isEqualTo(7);
    assertThat(fake.refused()).as("no experiment of that name, and the parameter").isEqualTo(2);
  }

  @Test
  void phase_moreThanALineHoldsWhileTheServerIsAway_allBeginAndEnd() throws Exception {
    try (var run = MlflowRun.start(quickly(), EXPERIMENT)) {
      fake.failing(true);
      for (int i = 0; i < 150; i++) {
        try (var outer = run.phase("outer " + i);
            var inner = outer.phase("inner " + i)) {
          inner.metric("price", i);
        }
      }
      int failed = fake.failed();
      await().until(() -> fake.failed() > failed + 1);
      fake.failing(false);
    }
    for (int i = 0; i < 150; i++) {
      Run outer = fake.run("outer " + i).orElseThrow();
      Run inner = fake.run("inner " + i).orElseThrow();
      assertThat(outer.status()).isEqualTo("FINISHED");
      assertThat(inner.status()).isEqualTo("FINISHED");
      assertThat(inner.tags()).containsEntry("mlflow.parentRunId", outer.id());
    }
  }

  @Test
  void close_serverStaysAway_endsAtItsLimit() throws Exception {
    var run =
        MlflowRun.start(
            MlflowServer.at(fake.uri()).withTimes(Duration.ofMillis(100), Duration.ofMillis(300)),
            EXPERIMENT);
    fake.failing(true);
    run.metric("price", 7);
    run.close();
    assertThat(fake.run("exp-42").orElseThrow().status()).isEqualTo("RUNNING");
  }

  @Test
  void start_nobodyListens_saysSo() throws Exception {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    String uri = "http://me:se!cret@127.0.0.1:%d".formatted(port);
    assertThatThrownBy(() -> MlflowRun.start(uri, EXPERIMENT))
        .isInstanceOf(MlflowException.class)
        .hasMessageContaining("http://127.0.0.1:%d does not answer".formatted(port))
        .message()
        .doesNotContain("se!cret");
    assertThatThrownBy(() -> MlflowRun.start("file:/tmp/mlruns", EXPERIMENT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must have the form http://host:port");
  }

  @Test
  void start_userOrToken_standInTheHeader() throws Exception {
    URI uri = fake.uri();
    MlflowRun.start("http://me:pw@" + uri.getHost() + ":" + uri.getPort(), EXPERIMENT).close();
    assertThat(fake.authorization()).contains("Basic bWU6cHc=");
    MlflowRun.start(quickly().withToken("t0ken").withExperiment("other"), EXPERIMENT).close();
    assertThat(fake.authorization()).contains("Bearer t0ken");
    assertThat(fake.experiments()).containsExactlyInAnyOrder("mama", "other");
  }

  @Test
  void paramAndMetric_ofAnotherForm_areRefused() throws Exception {
    try (var run = MlflowRun.start(slowly(), EXPERIMENT)) {
      assertThatThrownBy(() -> run.param("a\nb", 1)).hasMessageContaining("must have a key");
      assertThatThrownBy(() -> run.param("a", "x".repeat(6_001))).hasMessageContaining("6,000");
      assertThatThrownBy(() -> run.metric("a", Double.NaN)).hasMessageContaining("finite");
    }
  }

  private MlflowServer quickly() {
    return MlflowServer.at(fake.uri()).withTimes(Duration.ofMillis(100), Duration.ofSeconds(10));
  }

  /** Only what is sent at the end. */
  private MlflowServer slowly() {
    return MlflowServer.at(fake.uri()).withTimes(Duration.ofHours(1), Duration.ofSeconds(10));
  }

  private static double last(Run run, String key) {
    return run.metrics().stream()
        .filter(point -> point.key().equals(key))
        .reduce((a, b) -> b)
        .orElseThrow()
        .value();
  }
}
