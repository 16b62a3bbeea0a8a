package dev.mama.cli;

import dev.mama.Trace;
import dev.mama.embedded.EmbeddedBroker;
import dev.mama.embedded.EmbeddedBroker.Published;
import dev.mama.embedded.EmbeddedDatabase;
import dev.mama.embedded.RunFolder;
import dev.mama.examples.InputException;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import dev.mama.matching.OnnxSentenceEncoder;
import dev.mama.minilm.MiniLm;
import dev.mama.mqtt.MqttBroker;
import dev.mama.mqtt.MqttTransport;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import dev.mama.pg.Spool;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The servers and clients that the demo runs on. Opened in order, closed in the opposite one; where
 * one cannot be opened, those before it are closed.
 */
final class DemoServers implements AutoCloseable {

  static final int MODEL_CONNECTIONS = 8;
  static final int DATABASE_CONNECTIONS = 4;

  private static final String TRACEPARENT = "traceparent";

  private final Opened opened = new Opened();
  private final ConcurrentMap<String, String> topicByTrace = new ConcurrentHashMap<>();
  private final EmbeddedBroker broker;
  private final @Nullable ScriptedChatServer scripted;
  final MqttTransport transport;
  final PgEventLog log;
  final MeterRegistry meters = new SimpleMeterRegistry();
  final LlmClient model;
  final OnnxSentenceEncoder encoder;

  /**
   * What to run on.
   *
   * @param brokerPort the embedded broker's port, 0 for a free one
   * @param databasePort the embedded database's port, 0 for a free one
   * @param databaseUrl a database of the user's own, or null for the embedded one
   * @param model a model of the user's own, or null for the scripted one
   * @param modelKey the key for it, or null if it asks for none
   */
  record Settings(
      int brokerPort,
      int databasePort,
      @Nullable String databaseUrl,
      @Nullable Model model,
      @Nullable String modelKey) {

    @Override
    public String toString() {
      return "Settings[broker port %d, database port %d, model %s]"
          .formatted(brokerPort, databasePort, model);
    }
  }

  /** A model of the user's own: where it is, and what it is called there. */
  record Model(String url, String name) {}

  private DemoServers(Settings settings, Function<Call, Answer> script, Consumer<String> step)
      throws IOException, InterruptedException {
    boolean complete = false;
    try {
      if (settings.model() == null) {
        scripted = keep(ScriptedChatServer.start(script));
        model = keep(model(scripted.uri().toString(), ScriptedChatServer.MODEL, null));
      } else {
        scripted = null;
        model = keep(model(settings.model().url(), settings.model().name(), settings.modelKey()));
      }
      model.probe();
      RunFolder folder = keep(RunFolder.open("demo"));
      step.accept("database");
      Spool spool =
          Spool.in(folder.path().resolve("spool")); // what waits when the database is away
      log = keep(PgEventLog.open(database(settings, folder).withSpool(spool)));
      step.accept("broker");
      broker = keep(EmbeddedBroker.start(part(folder, "broker"), settings.brokerPort()));
      broker.observe(this::note);
      transport = keep(MqttTransport.connect(MqttBroker.at(broker.host(), broker.port())));
      step.accept("encoder");
      encoder =
          keep(
              OnnxSentenceEncoder.open(
                  MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS));
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  /**
   * Opens everything, in the order in which a mistake of the user's is cheapest to find.
   *
   * @param script what the scripted model answers, where it is used
   * @param step told what is being opened
   * @throws InputException if a port is in use, or the embedded database cannot be started
   */
  static DemoServers open(Settings settings, Function<Call, Answer> script, Consumer<String> step)
      throws InterruptedException {
    try {
      return new DemoServers(settings, script, step);
    } catch (IOException | IllegalArgumentException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    }
  }

  private LlmClient model(String url, String name, @Nullable String key) {
    LlmEndpoint endpoint = LlmEndpoint.of(url, name).withPoolSize(MODEL_CONNECTIONS);
    return LlmClient.builder(key == null || key.isBlank() ? endpoint : endpoint.withApiKey(key))
        .meters(meters)
        .build();
  }

  private PgDatabase database(Settings settings, RunFolder folder) throws IOException {
    if (settings.databaseUrl() != null) {
      return PgDatabase.of(settings.databaseUrl(), "", "").withConnections(DATABASE_CONNECTIONS);
    }
    EmbeddedDatabase embedded =
        keep(EmbeddedDatabase.start(part(folder, "database"), settings.databasePort()));
    return PgDatabase.of(embedded.jdbcUrl(), embedded.user(), embedded.password())
        .withConnections(DATABASE_CONNECTIONS);
  }

  private static Path part(RunFolder folder, String name) throws IOException {
    return Files.createDirectories(folder.path().resolve(name));
  }

  private <T extends AutoCloseable> T keep(T resource) {
    return opened.keep(resource);
  }

  private void note(Published message) {
    String traceparent = message.userProperties().get(TRACEPARENT);
    if (traceparent != null) {
      topicByTrace.putIfAbsent(Trace.parse(traceparent).traceId(), message.topic());
    }
  }

  /** Connections that the broker has accepted. */
  long brokerConnections() {
    return broker.connections();
  }

  /** The most connections open at once at the model's server, empty where it is not ours to ask. */
  Optional<Integer> modelConnections() {
    return Optional.ofNullable(scripted).map(ScriptedChatServer::peakConnections);
  }

  boolean modelIsScripted() {
    return scripted != null;
  }

  /** The topic of the first MQTT message of {@code traceId} that the broker saw. */
  Optional<String> topicOf(String traceId) {
    return Optional.ofNullable(topicByTrace.get(traceId));
  }

  /** The {@code traceparent} header with {@code traceId} that the model's server saw. */
  Optional<String> headerOf(String traceId) {
    return Optional.ofNullable(scripted)
        .flatMap(server -> server.lastCall(traceId))
        .flatMap(call -> call.header(TRACEPARENT));
  }

  @Override
  public void close() {
    opened.close();
  }
}
