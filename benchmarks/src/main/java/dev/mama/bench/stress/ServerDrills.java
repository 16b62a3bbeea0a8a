package dev.mama.bench.stress;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.AskTimeoutException;
import dev.mama.ChatRequest;
import dev.mama.ExperimentId;
import dev.mama.MamaException;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.bench.RealServers;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import dev.mama.mqtt.MqttBroker;
import dev.mama.mqtt.MqttTransport;
import dev.mama.pg.PgEventLog;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Routing;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.FaultProxy;
import dev.mama.testkit.Faults;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong, one after another, on a real broker, a real database and the scripted model's
 * server, and whether what comes of it is what should.
 *
 * <p>Not thread-safe.
 */
final class ServerDrills implements AutoCloseable {

  static final ExperimentId EXPERIMENT = ExperimentId.of("drills");
  static final Duration PATIENCE = Duration.ofSeconds(30);
  static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int ASKS = 200;

  private static final Agent ECHO = (message, context) -> context.reply(message.payload());
  private static final Agent THINKER =
      (message, context) ->
          context.reply(Payload.text(context.chat(ChatRequest.of("hello")).text()));

  private volatile Function<Call, Answer> behaviour = call -> Answer.text("well");
  private final RealServers servers = RealServers.open(call -> behaviour.apply(call));

  /**
   * Starts the servers.
   *
   * @throws dev.mama.examples.InputException if one cannot be started here
   */
  ServerDrills() throws InterruptedException {}

  interface Body {
    /** Returns what came of it; anything thrown is what came of it too. */
    String run() throws Exception;
  }

  /** Those in which a server, or the way to it, fails; in some twenty seconds. */
  List<Drill> all() throws InterruptedException {
    var drills = new ArrayList<Drill>();
    drills.add(drill("broker-cut", "200 of 200 answered, over 2 connections", this::brokerCut));
    drills.add(drill("broker-stalled", "20 of 20 answered once it moves", this::brokerStalled));
    drills.add(
        drill(
            "database-gone",
            "200 of 200 answered meanwhile, 0 rows missing after its return",
            this::databaseGone));
    drills.add(drill("model-gone", "asker told, other agents answer", ServerDrills::modelGone));
    drills.add(
        drill(
            "model-fails",
            "asker told, other agents answer",
            () -> modelFails(Answer.failure(500))));
    drills.add(
        drill(
            "model-refuses",
            "asker told, other agents answer",
            () -> modelFails(Answer.failure(429))));
    drills.add(
        drill(
            "model-drops", "asker told, other agents answer", () -> modelFails(new Answer.Drop())));
    drills.add(
        drill(
            "model-garbled",
            "asker told, other agents answer",
            () -> modelFails(Faults.brokenJson())));
    drills.add(drill("model-hangs", "timed out, other agents answer", this::modelHangs));
    drills.add(drill("model-returns", "asker told, then answered", this::modelReturns));
    return drills;
  }

  static Drill drill(String name, String expected, Body body) throws InterruptedException {
    String actual;
    try {
      actual = body.run();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      actual = e.toString();
    }
    return new Drill(name, expected, actual, actual.equals(expected));
  }

  private String brokerCut() throws Exception {
    MqttBroker broker = servers.broker();
    try (var proxy = FaultProxy.start(broker.host(), broker.port());
        var transport = MqttTransport.connect(MqttBroker.at(proxy.host(), proxy.port()));
        var group = overBroker(transport)) {
      Sender client = group.client("me");
      int answered = 0;
      for (int i = 0; i < ASKS; i++) {
        if (i == ASKS / 2) {
          proxy.cut();
        }
        answered += echoes(client, i) ? 1 : 0;
      }
      return "%d of %d answered, over %d connections"
          .formatted(answered, ASKS, proxy.connections());
    }
  }

  private String brokerStalled() throws Exception {
    MqttBroker broker = servers.broker();
    try (var proxy = FaultProxy.start(broker.host(), broker.port());
        var transport = MqttTransport.connect(MqttBroker.at(proxy.host(), proxy.port()));
        var group = overBroker(transport)) {
      Sender client = group.client("me");
      echoes(client, 0);
      proxy.stall();
      var asks = new ArrayList<Callable<Boolean>>();
      for (int i = 0; i < 20; i++) {
        int number = i;
        asks.add(() -> echoes(client, number));
      }
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Boolean>> asked = asks.stream().map(threads::submit).toList();
        Thread.sleep(SHORT);
        long early = asked.stream().filter(Future::isDone).count();
        proxy.heal();
        int answered = 0;
        for (Future<Boolean> each : asked) {
          answered += each.get() ? 1 : 0;
        }
        return "%d of 20 answered %s"
            .formatted(answered, early == 0 ? "once it moves" : "though nothing moves");
      }
    }
  }

  private String databaseGone() throws Exception {
    var accepted = new AtomicLong();
    var experiment = ExperimentId.of("drill-database");
    try (var proxy = FaultProxy.start("127.0.0.1", servers.databasePort());
        var log =
            PgEventLog.open(
                servers.databaseBehind(proxy.port()).withSpool(servers.spool("drill-spool")))) {
      int answered = 0;
      try (AgentGroup group =
          AgentGroup.builder(experiment)
              .eventLog(log.watchedBy(event -> accepted.incrementAndGet()))
              .build()) {
        group.define(AgentType.of("echo", () -> ECHO));
        group.start(AgentId.of("echo"), "echo");
        Sender client = group.client("me");
        proxy.stall();
        proxy.cut();
        for (int i = 0; i < ASKS; i++) {
          answered += echoes(client, i) ? 1 : 0;
        }
        proxy.heal();
      }
      log.flush();
      long rows = log.countRows(experiment).values().stream().mapToLong(n -> n).sum();
      return "%d of %d answered meanwhile, %d rows missing after its return"
          .formatted(answered, ASKS, accepted.get() - rows);
    }
  }

  private static String modelGone() throws Exception {
    String nowhere;
    try (var server = ScriptedChatServer.start(call -> Answer.text("well"))) {
      nowhere = server.uri().toString();
    }
    try (ChatModel model = model(LlmEndpoint.of(nowhere, ScriptedChatServer.MODEL));
        var group = group(model)) {
      return told(group.client("me"), "thinker", "hello") + ", " + others(group);
    }
  }

  private String modelFails(Answer answer) throws Exception {
    behaviour = call -> answer;
    try (ChatModel model = model();
        var group = group(model)) {
      return told(group.client("me"), "thinker", "hello") + ", " + others(group);
    }
  }

  private String modelHangs() throws Exception {
    behaviour = call -> new Answer.Hang();
    try (ChatModel model = model();
        var group = group(model)) {
      String asked;
      try {
        group.client("me").ask(AgentId.of("thinker"), Payload.text("hello"), SHORT);
        asked = "answered";
      } catch (AskTimeoutException e) {
        asked = "timed out";
      } catch (AgentFailedException e) {
        String message = String.valueOf(e.getMessage());
        asked = message.contains("deadline") ? "timed out" : message;
      }
      return asked + ", " + others(group);
    }
  }

  private String modelReturns() throws Exception {
    behaviour = call -> Answer.failure(503);
    try (ChatModel model = model();
        var group = group(model)) {
      Sender client = group.client("me");
      String first = told(client, "thinker", "hello");
      behaviour = call -> Answer.text("well");
      long limit = System.nanoTime() + PATIENCE.toNanos();
      String then = told(client, "thinker", "hello");
      while (!then.equals("answered") && System.nanoTime() < limit) {
        Thread.sleep(PAUSE);
        then = told(client, "thinker", "hello");
      }
      return first + ", then " + then;
    }
  }

  /** A group with an agent of each kind that is needed, {@code model} for those who think. */
  static AgentGroup group(@Nullable ChatModel model) throws InterruptedException {
    var builder = AgentGroup.builder(EXPERIMENT).drainTimeout(SHORT);
    AgentGroup group = model == null ? builder.build() : builder.chatModel(model).build();
    group.define(AgentType.of("echo", () -> ECHO));
    group.define(AgentType.of("thinker", () -> THINKER));
    group.define(AgentType.of("thrower", () -> ServerDrills::throwOrEcho));
    group.define(
        AgentType.of("sleeper", () -> (message, context) -> context.time().sleep(PATIENCE)));
    for (String type : List.of("echo", "thinker", "thrower", "sleeper")) {
      group.start(AgentId.of(type), type);
    }
    return group;
  }

  private static AgentGroup overBroker(MqttTransport transport) throws InterruptedException {
    AgentGroup group =
        AgentGroup.builder(EXPERIMENT).transport(transport).routing(Routing.BROKER).build();
    group.define(AgentType.of("echo", () -> ECHO));
    group.start(AgentId.of("echo"), "echo");
    return group;
  }

  private LlmClient model() {
    return model(servers.model());
  }

  private static LlmClient model(LlmEndpoint endpoint) {
    return LlmClient.builder(endpoint)
        .attempts(2)
        .backoff(Duration.ofMillis(50), Duration.ofMillis(100))
        .build();
  }

  private static void throwOrEcho(Message message, AgentContext context)
      throws InterruptedException {
    if (message.payload().as(Payload.Text.class).text().equals("throw")) {
      throw new IllegalStateException("it was asked to");
    }
    context.reply(message.payload());
  }

  static boolean echoes(Sender client, int number) throws InterruptedException {
    String text = "number " + number;
    return client
        .ask(AgentId.of("echo"), Payload.text(text), PATIENCE)
        .as(Payload.Text.class)
        .text()
        .equals(text);
  }

  static String told(Sender client, String agent, String text) throws InterruptedException {
    try {
      client.ask(AgentId.of(agent), Payload.text(text), PATIENCE);
      return "answered";
    } catch (AgentFailedException e) {
      return "asker told";
    } catch (MamaException e) {
      return String.valueOf(e.getMessage());
    }
  }

  static String others(AgentGroup group) throws InterruptedException {
    return echoes(group.client("another"), 1) ? "other agents answer" : "other agents do not";
  }

  @Override
  public void close() {
    servers.close();
  }
}
