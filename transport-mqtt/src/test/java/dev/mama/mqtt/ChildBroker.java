package dev.mama.mqtt;

import dev.mama.embedded.EmbeddedBroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A broker in a JVM of its own, which keeps what it has on disk, and may be killed. */
final class ChildBroker implements AutoCloseable {

  private final Path folder;
  private Process process;
  private int port;

  private ChildBroker(Path folder) throws IOException {
    this.folder = folder;
    launch();
  }

  static ChildBroker start(Path folder) throws IOException {
    return new ChildBroker(folder);
  }

  private void launch() throws IOException {
    process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx512m",
                "-XX:+UseSerialGC", // it starts twice, and lives for seconds
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ChildBroker.class.getName(),
                folder.toString(),
                Integer.toString(port))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    String line;
    while ((line = output.readLine()) != null) {
      if (line.startsWith("port ")) {
        port = Integer.parseInt(line.substring("port ".length()));
        Thread.startVirtualThread(() -> output.lines().forEach(unread -> {}));
        return;
      }
    }
    throw new IOException("the broker's JVM ended without a word");
  }

  /** The child's life. */
  public static void main(String[] arguments) throws Exception {
    try (var broker =
        EmbeddedBroker.startOnDisk(Path.of(arguments[0]), Integer.parseInt(arguments[1]))) {
      System.out.println("port " + broker.port());
      new CountDownLatch(1).await();
    }
  }

  int port() {
    return port;
  }

  /** SIGKILL, and another one on the same port and folder. */
  void killAndRestart() throws Exception {
    kill();
    launch();
  }

  private void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the broker's JVM does not die");
    }
  }

  @Override
  public void close() {
    try {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
