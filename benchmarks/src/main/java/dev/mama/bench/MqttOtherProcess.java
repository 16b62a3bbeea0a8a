package dev.mama.bench;

import dev.mama.ExperimentId;
import dev.mama.mqtt.MqttBroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A JVM of its own with the odd members of a ring. */
final class MqttOtherProcess implements AutoCloseable {

  private static final String READY = "ready";

  private final Process process;

  MqttOtherProcess(MqttBroker broker, ExperimentId experiment, int members, int bytes)
      throws IOException {
    process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                MqttOtherProcess.class.getName(),
                broker.host(),
                Integer.toString(broker.port()),
                experiment.toString(),
                Integer.toString(members),
                Integer.toString(bytes))
            .redirectErrorStream(true)
            .start();
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    var said = new StringBuilder();
    String line;
    while ((line = output.readLine()) != null) {
      if (line.equals(READY)) {
        Thread.startVirtualThread(() -> output.lines().forEach(unread -> {}));
        return;
      }
      said.append(line).append('\n');
    }
    throw new IOException("the other process ended: " + said);
  }

  /** The other process: ends when its input does. */
  public static void main(String[] arguments) throws Exception {
    var ring = new MqttRing(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
    var broker = MqttBroker.at(arguments[0], Integer.parseInt(arguments[1]));
    var agents =
        new MqttAgents(
            broker,
            ExperimentId.of(arguments[2]),
            ring,
            Integer.parseInt(arguments[3]),
            1,
            2,
            false);
    System.out.println(READY);
    System.in.transferTo(OutputStream.nullOutputStream());
    agents.close();
    System.exit(0); // Netty keeps a thread, and so the process, for another second
  }

  /**
   * @throws IllegalStateException if it has ended
   */
  void checkAlive() {
    if (!process.isAlive()) {
      throw new IllegalStateException("the other process ended with " + process.exitValue());
    }
  }

  @Override
  public void close() {
    try {
      process.outputWriter().close();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
