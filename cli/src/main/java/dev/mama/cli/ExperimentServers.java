package dev.mama.cli;

import dev.mama.embedded.EmbeddedBroker;
import dev.mama.embedded.EmbeddedDatabase;
import dev.mama.embedded.RunFolder;
import dev.mama.examples.InputException;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import dev.mama.mlflow.MlflowException;
import dev.mama.mlflow.MlflowRun;
import dev.mama.mqtt.MqttBroker;
import dev.mama.mqtt.MqttTransport;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import dev.mama.spi.EventLog;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The servers and clients that an experiment runs on: the user's own where the file names them, and
 * embedded ones where not.
 */
final class ExperimentServers implements AutoCloseable {

  private final Opened opened = new Opened();
  final LlmClient model;
  final PgEventLog log;

  /** The log, shown to MLflow where the file names a tracking server. */
  final EventLog watched;

  final MqttTransport transport;

  private ExperimentServers(
      ExperimentFile file,
      UnaryOperator<@Nullable String> environment,
      Function<Call, Answer> script,
      Consumer<String> step)
      throws IOException, InterruptedException {
    boolean complete = false;
    try {
      model = opened.keep(model(file.llm(), endpoint(file.llm(), environment, script)));
      model.probe();
      RunFolder folder = opened.keep(RunFolder.open("run"));
      step.accept("database");
      log = opened.keep(PgEventLog.open(database(file, folder)));
      watched =
          file.mlflow().isPresent()
              ? opened.keep(MlflowRun.start(file.mlflow().get(), file.experiment())).watch(log)
              : log;
      step.accept("broker");
      transport = opened.keep(MqttTransport.connect(broker(file, folder)));
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
   * @param step told what is being opened
   * @throws InputException if something the file names cannot be used
   */
  static ExperimentServers open(
      ExperimentFile file,
      UnaryOperator<@Nullable String> environment,
      Function<Call, Answer> script,
      Consumer<String> step)
      throws InterruptedException {
    try {
      return new ExperimentServers(file, environment, script, step);
    } catch (IOException | IllegalArgumentException | MlflowException e) {
      throw new InputException(String.valueOf(e.getMessage()));
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

  private PgDatabase database(ExperimentFile file, RunFolder folder) throws IOException {
    if (file.database().isPresent()) {
      return file.database().get();
    }
    EmbeddedDatabase embedded =
        opened.keep(
            EmbeddedDatabase.start(Files.createDirectories(folder.path().resolve("database")), 0));
    return ExperimentFile.queued(
        PgDatabase.of(embedded.jdbcUrl(), embedded.user(), embedded.password()),
        file.batchRows(),
        file.flushInterval());
  }

  private MqttBroker broker(ExperimentFile file, RunFolder folder)
      throws IOException, InterruptedException {
    if (file.broker().isPresent()) {
      return file.broker().get();
    }
    EmbeddedBroker broker =
        opened.keep(
            EmbeddedBroker.start(Files.createDirectories(folder.path().resolve("broker")), 0));
    return MqttBroker.at(broker.host(), broker.port());
  }

  @Override
  public void close() {
    opened.close();
  }
}
