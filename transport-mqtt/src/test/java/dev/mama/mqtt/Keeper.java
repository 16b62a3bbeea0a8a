package dev.mama.mqtt;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.runtime.AgentGroup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/**
 * A process with one agent and an inbox on disk, to be killed: the agent notes each number that it
 * handles in a file.
 */
final class Keeper {

  static final AgentId ID = AgentId.of("keeper");

  private static final String STARTED = "started";

  private final Process process;
  private final Queue<String> said = new ConcurrentLinkedQueue<>();

  private Keeper(Process process) {
    this.process = process;
  }

  /** Starts one whose agent never ends once a number is above {@code stopAfter}. */
  static Keeper start(ExperimentId experiment, Path folder, int stopAfter) throws IOException {
    return start(List.of(), experiment, folder, folder.resolve("inbox"), stopAfter);
  }

  /** As the other, run by {@code wrapper}, with its inbox elsewhere. */
  static Keeper start(
      List<String> wrapper, ExperimentId experiment, Path folder, Path inbox, int stopAfter)
      throws IOException {
    var command = new ArrayList<>(wrapper);
    command.addAll(
        List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Keeper.class.getName(),
            Integer.toString(SharedBroker.broker().port()),
            experiment.toString(),
            folder.toString(),
            inbox.toString(),
            Integer.toString(stopAfter)));
    var keeper = new Keeper(new ProcessBuilder(command).redirectErrorStream(true).start());
    var output = keeper.process.inputReader(StandardCharsets.UTF_8);
    String line;
    while ((line = output.readLine()) != null) {
      keeper.said.add(line);
      if (line.equals(STARTED)) {
        Thread.startVirtualThread(() -> output.lines().forEach(keeper.said::add));
        return keeper;
      }
    }
    throw new IOException("the keeper ended: " + keeper.said);
  }

  /** Arguments: port, experiment, folder, inbox, the number after which the agent never ends. */
  public static void main(String[] arguments) throws Exception {
    Path handled = Path.of(arguments[2], "handled");
    int stopAfter = Integer.parseInt(arguments[4]);
    var experiment = ExperimentId.of(arguments[1]);
    Agent keeper =
        (message, context) -> {
          int number = message.payload().as(Drill.Numbered.class).number();
          if (number > stopAfter) {
            new CountDownLatch(1).await(); // until the process is killed
          }
          Files.writeString(
              handled, number + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        };
    try (var transport =
            MqttTransport.connect(
                MqttBroker.at("127.0.0.1", Integer.parseInt(arguments[0]))
                    .withClientId(experiment + "-keeper"),
                MqttOptions.defaults()
                    .inbox(Path.of(arguments[3]))
                    .held(1 << 20, 16)
                    .presence(experiment, "keepers"));
        var group = AgentGroup.builder(experiment).transport(transport).build()) {
      group.define(AgentType.of("keeper", () -> keeper));
      group.start(ID, "keeper");
      System.out.println(STARTED);
      new CountDownLatch(1).await();
    }
  }

  /** What it handled, in its order, in all its starts. */
  static List<String> handled(Path folder) throws IOException {
    Path file = folder.resolve("handled");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  /** Whether a line of its log has {@code text}. */
  boolean hasSaid(String text) {
    return said.stream().anyMatch(line -> line.contains(text));
  }

  /** Writes a line to its standard input. */
  void tell(String line) throws IOException {
    process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n').flush();
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
  }
}
