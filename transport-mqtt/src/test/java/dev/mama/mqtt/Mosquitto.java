package dev.mama.mqtt;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Mosquitto of the test's own: a free port of the loopback interface, its own configuration and
 * folder. It is there where Debian's package {@code mosquitto} is installed.
 */
final class Mosquitto implements AutoCloseable {

  static final String HOST = "127.0.0.1";

  private final Path folder;
  private final int port;
  private final List<String> settings;
  private Process process;

  private Mosquitto(Path folder, int port, List<String> settings) throws IOException {
    this.folder = folder;
    this.port = port;
    this.settings = settings;
    this.process = launch();
  }

  /** The program, if it is installed. */
  static Optional<Path> program(String name) {
    return Stream.of(
            "/usr/sbin/",
            "/usr/bin/",
            "/usr/local/sbin/",
            "/usr/local/bin/",
            "/opt/homebrew/bin/",
            "/opt/homebrew/sbin/")
        .map(folder -> Path.of(folder + name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** For {@code @EnabledIf}. */
  static boolean isInstalled() {
    return program("mosquitto").isPresent() && program("mosquitto_pub").isPresent();
  }

  /** One that anybody may connect to, and that keeps what it has when it is stopped. */
  static Mosquitto start(Path folder) throws IOException {
    return start(folder, "allow_anonymous true");
  }

  static Mosquitto start(Path folder, String... settings) throws IOException {
    int free;
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = probe.getLocalPort();
    }
    return new Mosquitto(folder, free, List.of(settings));
  }

  private Process launch() throws IOException {
    Path config = folder.resolve("mosquitto.conf");
    Files.writeString(
        config,
        """
        user %s
        listener %d %s
        persistence true
        persistence_location %s/
        max_inflight_messages 1000
        max_queued_messages 0
        %s
        """
            .formatted(
                System.getProperty("user.name"),
                port,
                HOST,
                folder.toAbsolutePath(),
                String.join("\n", settings)));
    ProcessBuilder builder =
        new ProcessBuilder(program("mosquitto").orElseThrow().toString(), "-c", config.toString());
    builder.redirectErrorStream(true);
    builder.redirectOutput(
        ProcessBuilder.Redirect.appendTo(folder.resolve("mosquitto.log").toFile()));
    Process launched = builder.start();
    await().atMost(Duration.ofSeconds(30)).until(() -> !launched.isAlive() || answers());
    if (!launched.isAlive()) {
      throw new IOException(
          "mosquitto does not start: " + Files.readString(folder.resolve("mosquitto.log")));
    }
    return launched;
  }

  private boolean answers() {
    try (var probe = new Socket()) {
      probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  MqttBroker address() {
    return MqttBroker.at(HOST, port);
  }

  /** Stops it, which makes it write down what it has, and starts it again. */
  void restart() throws Exception {
    stop(false);
    process = launch();
  }

  /** Waits until it has written down what it has now; {@code autosave_interval} says how often. */
  void awaitSave() {
    Path saved = folder.resolve("mosquitto.db");
    for (int save = 0; save < 2; save++) { // the first may have begun before this
      Instant now = Instant.now();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() ->
              Files.exists(saved) && Files.getLastModifiedTime(saved).toInstant().isAfter(now));
    }
  }

  /** Kills it with SIGKILL, and starts it again. */
  void killAndRestart() throws Exception {
    stop(true);
    process = launch();
  }

  private void stop(boolean kill) throws InterruptedException {
    if (kill) {
      process.destroyForcibly();
    } else {
      process.destroy();
    }
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("mosquitto does not stop");
    }
  }

  /** Runs {@code mosquitto_pub} or {@code mosquitto_sub} against it. */
  Process client(String name, String... arguments) throws IOException {
    Stream<String> command =
        Stream.concat(
            Stream.of(
                program(name).orElseThrow().toString(),
                "-h",
                HOST,
                "-p",
                Integer.toString(port),
                "-V",
                "mqttv5"),
            Stream.of(arguments));
    return new ProcessBuilder(command.toList()).redirectErrorStream(true).start();
  }

  @Override
  public void close() {
    try {
      stop(false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
