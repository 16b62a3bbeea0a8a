package dev.mama.embedded;

import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * An MQTT 5 broker on the loopback interface of this machine: HiveMQ Community Edition, for tests
 * and demonstrations.
 *
 * <p>Starts in 1 to 2 seconds and stops in about 2, or 4 if it keeps sessions on disk. Anybody on
 * this machine may connect; sessions and queues are kept in memory, or on disk if asked for; usage
 * statistics are off. It takes 65,535 unacknowledged messages from a client and queues 1,000,000
 * for one. Its logging goes to SLF4J under {@code com.hivemq}; the application's own Logback file
 * decides what is shown.
 *
 * <p>What it saw of its clients is counted here, at the other end of the wire: {@link
 * #connections}, {@link #observe} and {@link #observeFilters}.
 *
 * <p>Thread-safe.
 */
public final class EmbeddedBroker implements AutoCloseable {

  private static final String LOOPBACK = "127.0.0.1";
  private static final int WIDEST_WINDOW = 65_535;

  private final EmbeddedHiveMQ server;
  private final BrokerWitness witness;
  private final int port;

  /**
   * A message as the broker received it.
   *
   * <p>Immutable.
   *
   * @param topic where to
   * @param userProperties its MQTT 5 user properties; of several with one name, the first
   * @param qos 0, 1 or 2
   */
  public record Published(String topic, Map<String, String> userProperties, int qos) {
    public Published {
      userProperties = Map.copyOf(userProperties);
    }
  }

  private EmbeddedBroker(EmbeddedHiveMQ server, BrokerWitness witness, int port) {
    this.server = server;
    this.witness = witness;
    this.port = port;
  }

  /**
   * Starts a broker on a free port; waits until clients can connect.
   *
   * @param folder where all its files go; made if missing
   * @throws IOException if it does not start
   * @throws InterruptedException if interrupted while waiting; the broker is stopped again
   */
  public static EmbeddedBroker start(Path folder) throws IOException, InterruptedException {
    return start(folder, 0);
  }

  /**
   * Starts a broker on {@code port}; waits until clients can connect.
   *
   * @param folder where all its files go; made if missing
   * @param port 1 to 65,535, or 0 for a free one
   * @throws IOException if it does not start, for example because the port is in use
   * @throws InterruptedException if interrupted while waiting; the broker is stopped again
   */
  public static EmbeddedBroker start(Path folder, int port)
      throws IOException, InterruptedException {
    return start(folder, port, WIDEST_WINDOW);
  }

  /**
   * Starts a broker that takes few messages at a time; waits until clients can connect.
   *
   * @param folder where all its files go; made if missing
   * @param port 1 to 65,535, or 0 for a free one
   * @param window how many unacknowledged messages it takes from a client, 1 to 65,535
   * @throws IOException if it does not start, for example because the port is in use
   * @throws InterruptedException if interrupted while waiting; the broker is stopped again
   */
  public static EmbeddedBroker start(Path folder, int port, int window)
      throws IOException, InterruptedException {
    if (window < 1 || window > WIDEST_WINDOW) {
      throw new IllegalArgumentException(
          "window %d must be 1 to %,d messages".formatted(window, WIDEST_WINDOW));
    }
    return start(folder, port, window, "in-memory");
  }

  /**
   * Starts a broker that keeps sessions and queues in {@code folder}, so that the next one started
   * there has them, also after kill -9.
   *
   * @see #start(Path, int)
   */
  public static EmbeddedBroker startOnDisk(Path folder, int port)
      throws IOException, InterruptedException {
    return start(folder, port, WIDEST_WINDOW, "file");
  }

  private static EmbeddedBroker start(Path folder, int port, int window, String persistence)
      throws IOException, InterruptedException {
    refuseIfInUse(port);
    Path config = Files.createDirectories(folder.resolve("conf"));
    Files.writeString(config.resolve("config.xml"), config(port, window, persistence));
    // What is only in memory needs no time to be written; HiveMQ waits anyhow, 2 s unless told.
    InternalConfigurations.PERSISTENCE_SHUTDOWN_GRACE_PERIOD_MSEC.set(
        persistence.equals("file") ? 2_000 : 100);
    var witness = new BrokerWitness();
    EmbeddedHiveMQ server =
        EmbeddedHiveMQ.builder()
            .withConfigurationFolder(config)
            .withDataFolder(Files.createDirectories(folder.resolve("data")))
            .withExtensionsFolder(Files.createDirectories(folder.resolve("extensions")))
            .withEmbeddedExtension(
                EmbeddedExtension.builder()
                    .withId("mama-witness")
                    .withName("MAMA witness")
                    .withVersion("1")
                    .withAuthor("MAMA")
                    .withExtensionMain(witness)
                    .build())
            .withoutLoggingBootstrap() // it would replace the application's appenders
            .build();
    // HiveMQ installs a handler that ends the JVM on some errors; the application's stays in place.
    var handler = Thread.getDefaultUncaughtExceptionHandler();
    try {
      server.start().get();
      return new EmbeddedBroker(server, witness, witness.port());
    } catch (ExecutionException e) {
      close(server);
      throw new IOException(
          "MQTT broker does not start on port %d in %s; look at the log of com.hivemq"
              .formatted(port, folder),
          e.getCause());
    } catch (InterruptedException e) {
      close(server);
      throw e;
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(handler);
    }
  }

  private static String config(int port, int window, String persistence) {
    return """
    <?xml version="1.0"?>
    <hivemq>
      <listeners>
        <tcp-listener><port>%d</port><bind-address>%s</bind-address></tcp-listener>
      </listeners>
      <mqtt>
        <queued-messages><max-queue-size>1000000</max-queue-size></queued-messages>
        <receive-maximum><server-receive-maximum>%d</server-receive-maximum></receive-maximum>
      </mqtt>
      <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
      <persistence><mode>%s</mode></persistence>
    </hivemq>
    """
        .formatted(port, LOOPBACK, window, persistence);
  }

  private static void refuseIfInUse(int port) throws IOException {
    try (var probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw new IOException(
          "MQTT broker cannot listen on port %d of %s (%s); free the port or choose another"
              .formatted(port, LOOPBACK, e.getMessage()),
          e);
    }
  }

  /** The address it listens on, a numeric one. */
  public String host() {
    return LOOPBACK;
  }

  /** The port it listens on, 1 to 65,535. */
  public int port() {
    return port;
  }

  /** Where it listens, for example {@code mqtt://127.0.0.1:1883}. */
  public String uri() {
    return "mqtt://" + LOOPBACK + ":" + port;
  }

  /** The ids of the clients that are connected now. */
  public Set<String> clients() {
    return witness.clients();
  }

  /** How many connections clients have opened so far, reconnections included. */
  public long connections() {
    return witness.connections();
  }

  /**
   * Shows each topic filter that clients ask for, which connect from now on, to {@code observer},
   * until the broker is closed.
   *
   * @param observer called on the broker's threads; it returns without waiting
   */
  public void observeFilters(Consumer<String> observer) {
    witness.observeFilters(observer);
  }

  /**
   * Shows each message of clients that connect from now on to {@code observer}, until the broker is
   * closed. That costs each such message a way through another thread of the broker.
   *
   * @param observer called on the broker's threads, one client's messages in their order, before
   *     the broker passes the message on; it returns without waiting
   */
  public void observe(Consumer<Published> observer) {
    witness.observe(observer);
  }

  /**
   * Disconnects all clients and stops; waits, about 2 seconds, or 4 if it keeps sessions on disk.
   * No thread of the broker is left.
   */
  @Override
  public void close() {
    close(server);
  }

  private static void close(EmbeddedHiveMQ server) {
    try {
      server.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it goes on stopping in a thread of its own
    } catch (ExecutionException e) {
      throw new IllegalStateException("MQTT broker did not stop", e.getCause());
    }
  }
}
