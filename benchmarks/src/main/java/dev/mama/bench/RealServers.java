package dev.mama.bench;

import dev.mama.embedded.EmbeddedBroker;
import dev.mama.embedded.EmbeddedDatabase;
import dev.mama.embedded.RunFolder;
import dev.mama.examples.InputException;
import dev.mama.llm.LlmEndpoint;
import dev.mama.mqtt.MqttBroker;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.Spool;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a measurement of the whole path runs on: a real broker and a real PostgreSQL, embedded, and
 * the scripted model's server, in a folder of their own. What is kept here is closed before them,
 * the latest first.
 *
 * <p>Not thread-safe.
 */
public final class RealServers implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RealServers.class);

  private final Deque<AutoCloseable> kept = new ArrayDeque<>();
  private final RunFolder folder;
  private final ScriptedChatServer model;
  private final EmbeddedDatabase database;
  private final EmbeddedBroker broker;

  private RealServers(Function<Call, Answer> script) throws IOException, InterruptedException {
    boolean complete = false;
    try {
      model = keep(ScriptedChatServer.start(script));
      folder = keep(RunFolder.open("bench"));
      database = keep(EmbeddedDatabase.start(folder("database")));
      broker = keep(EmbeddedBroker.start(folder("broker")));
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  /**
   * Starts all three; takes some seconds.
   *
   * @param script what the model answers
   * @throws InputException if one cannot be started here; the message says why
   */
  public static RealServers open(Function<Call, Answer> script) throws InterruptedException {
    try {
      return new RealServers(script);
    } catch (IOException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    }
  }

  /** The broker. */
  public MqttBroker broker() {
    return MqttBroker.at(broker.host(), broker.port());
  }

  /** The database, without a spool. */
  public PgDatabase database() {
    return PgDatabase.of(database.jdbcUrl(), database.user(), database.password());
  }

  /** The database behind {@code port} of this machine, for those who stand between. */
  public PgDatabase databaseBehind(int port) {
    String url = database.jdbcUrl().replace(":" + database.port() + "/", ":" + port + "/");
    return PgDatabase.of(url, database.user(), database.password());
  }

  /** The port of the database on this machine. */
  public int databasePort() {
    return database.port();
  }

  /** A spool in a folder called {@code name}. */
  public Spool spool(String name) {
    return Spool.in(folder(name));
  }

  /** The scripted model. */
  public LlmEndpoint model() {
    return LlmEndpoint.of(model.uri().toString(), ScriptedChatServer.MODEL);
  }

  /** A folder called {@code name} that ends with this. */
  public Path folder(String name) {
    try {
      return Files.createDirectories(folder.path().resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes {@code resource} with this. */
  public <T extends AutoCloseable> T keep(T resource) {
    kept.push(resource);
    return resource;
  }

  /** Closes all, whatever of it fails; takes as long as the broker, some seconds. */
  @Override
  public void close() {
    while (!kept.isEmpty()) {
      AutoCloseable resource = kept.pop();
      try {
        resource.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("{} could not be closed: {}", resource.getClass().getSimpleName(), e.toString());
      }
    }
  }
}
