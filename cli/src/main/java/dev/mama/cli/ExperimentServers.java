package dev.mama.cli;

import dev.mama.Event;
import dev.mama.cli.ExperimentFile.Storage;
import dev.mama.cli.ExperimentFile.Wire;
import dev.mama.embedded.EmbeddedBroker;
import dev.mama.embedded.EmbeddedDatabase;
import dev.mama.embedded.RunFolder;
import dev.mama.examples.InputException;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import dev.mama.mlflow.MlflowException;
import dev.mama.mlflow.MlflowRun;
import dev.mama.mqtt.MqttBroker;
import dev.mama.mqtt.MqttOptions;
import dev.mama.mqtt.MqttTransport;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.Spool;
import dev.mama.spi.EventLog;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The servers and clients that an experiment runs on: the user's own where the file names them, and
 * embedded ones where not.
 */
final class ExperimentServers implements AutoCloseable {

  /** How long a broker keeps what waits for an experiment that was killed. */
  private static final Duration KEPT_FOR = Duration.ofDays(7);

  /** What a turn that has committed has recorded survives a kill as the turn does: all of it. */
  private static final Set<Class<? extends Event>> ALL =
      Set.of(
          Event.AgentStarted.class,
          Event.StateRecorded.class,
          Event.MessageSent.class,
          Event.ErrorRaised.class,
          Event.EventRecorded.class,
          Event.MetricRecorded.class,
          Event.DecisionMade.class,
          Event.EvidenceGiven.class,
          Event.ModelCalled.class,
          Event.SurveyAnswered.class);

  private final Opened opened = new Opened();
  final LlmClient model;
  final ExperimentLog log;

  /** The log, shown to MLflow where the file names a tracking server. */
  final EventLog watched;

  private final @Nullable MlflowRun mlflow;

  final MqttTransport transport;

  private ExperimentServers(
      ExperimentFile file,
      UnaryOperator<@Nullable String> environment,
      Function<Call, Answer> script,
      @Nullable KeptExperiment kept,
      Consumer<String> step)
      throws IOException, InterruptedException {
    boolean complete = false;
    try {
      model = opened.keep(model(file.llm(), endpoint(file.llm(), environment, script)));
      model.probe();
      RunFolder folder = opened.keep(RunFolder.open("run"));
      step.accept(file.storage().hasDatabase() ? "database" : "archive");
      Optional<PgDatabase> database =
          file.storage().hasDatabase()
              ? Optional.of(database(file.storage(), folder, kept))
              : Optional.empty();
      log = opened.keep(ExperimentLog.open(file.storage(), database));
      mlflow =
          file.mlflow().isPresent()
              ? opened.keep(MlflowRun.start(file.mlflow().get(), file.experiment()))
              : null;
      watched = mlflow == null ? log.log() : mlflow.watch(log.log());
      step.accept("broker");
      MqttBroker broker = broker(file, folder, kept);
      transport = opened.keep(MqttTransport.connect(broker, options(file.wire(), broker, kept)));
      complete = true;
    } finally {
      if (!complete) {
        opened.close();
      }
    }
  }

  /**
   * Opens everything, in the order in which a mistake of the user's is cheapest to find.
   *
   * @param environment the value of a variable, or null
   * @param script what the scripted model answers, where it is used
   * @param kept where embedded servers keep what a resumed run shall find, or null
   * @param step told what is being opened
   * @throws InputException if something the file names cannot be used
   */
  static ExperimentServers open(
      ExperimentFile file,
      UnaryOperator<@Nullable String> environment,
      Function<Call, Answer> script,
      @Nullable KeptExperiment kept,
      Consumer<String> step)
      throws InterruptedException {
    try {
      return new ExperimentServers(file, environment, script, kept, step);
    } catch (IOException | IllegalArgumentException | MlflowException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    }
  }

  /** The experiment has not ended as it should. */
  void failed() {
    if (mlflow != null) {
      mlflow.fail();
    }
  }

  private LlmEndpoint endpoint(
      ExperimentFile.Llm llm,
      UnaryOperator<@Nullable String> environment,
      Function<Call, Answer> script)
      throws IOException {
    if (llm.scripted()) {
      ScriptedChatServer server = opened.keep(ScriptedChatServer.start(script));
      return LlmEndpoint.of(server.uri().toString(), ScriptedChatServer.MODEL);
    }
    LlmEndpoint endpoint =
        LlmEndpoint.of(needed(environment, "MAMA_LLM_URL"), needed(environment, "MAMA_LLM_MODEL"));
    String key = environment.apply("MAMA_LLM_KEY");
    return key == null || key.isBlank() ? endpoint : endpoint.withApiKey(key);
  }

  private static String needed(UnaryOperator<@Nullable String> environment, String name) {
    String value = environment.apply(name);
    if (value == null || value.isBlank()) {
      throw new InputException(
          "llm provider 'openai' needs the environment variable '%s', which is not set; export it"
              .formatted(name));
    }
    return value;
  }

  private static LlmClient model(ExperimentFile.Llm llm, LlmEndpoint endpoint) {
    return LlmClient.builder(
            endpoint.withPoolSize(llm.poolSize()).withRequestTimeout(llm.timeout()))
        .attempts(llm.retries() + 1)
        .build();
  }

  private PgDatabase database(Storage storage, RunFolder folder, @Nullable KeptExperiment kept)
      throws IOException {
    PgDatabase database =
        storage.database().isPresent() ? storage.database().get() : embedded(storage, folder, kept);
    return kept == null
        ? database
        : database.withSpool(Spool.in(kept.folder("spool")).withKinds(ALL));
  }

  private PgDatabase embedded(Storage storage, RunFolder folder, @Nullable KeptExperiment kept)
      throws IOException {
    Path place = place("database", folder, kept);
    EmbeddedDatabase.stopAbandoned(place); // by a run that was killed; the folder is locked
    EmbeddedDatabase embedded = opened.keep(EmbeddedDatabase.start(place, 0));
    return storage.queued(PgDatabase.of(embedded.jdbcUrl(), embedded.user(), embedded.password()));
  }

  private MqttBroker broker(ExperimentFile file, RunFolder folder, @Nullable KeptExperiment kept)
      throws IOException, InterruptedException {
    if (file.wire().broker().isPresent()) {
      MqttBroker own = file.wire().broker().get();
      return kept != null && own.keepsSession() ? own.withSessionExpiry(KEPT_FOR) : own;
    }
    Path place = place("broker", folder, kept);
    if (kept == null) {
      EmbeddedBroker broker = opened.keep(EmbeddedBroker.start(place, 0));
      return MqttBroker.at(broker.host(), broker.port());
    }
    EmbeddedBroker broker = opened.keep(EmbeddedBroker.startOnDisk(place, 0));
    return MqttBroker.at(broker.host(), broker.port())
        .withClientId("mama-" + file.experiment())
        .withSessionExpiry(KEPT_FOR);
  }

  /** What the broker has handed over is kept here until an agent's turn on it has committed. */
  private static MqttOptions options(Wire wire, MqttBroker broker, @Nullable KeptExperiment kept) {
    MqttOptions options = MqttOptions.defaults().qos(wire.qos());
    return kept != null && broker.keepsSession() ? options.inbox(kept.folder("inbox")) : options;
  }

  private static Path place(String name, RunFolder folder, @Nullable KeptExperiment kept)
      throws IOException {
    return kept == null ? Files.createDirectories(folder.path().resolve(name)) : kept.folder(name);
  }

  @Override
  public void close() {
    opened.close();
  }
}
