package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.runtime.AgentGroup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process with an inbox on disk is killed while its agent is busy, and started again: what was
 * acknowledged and not handled is there, in order.
 */
@ExtendWith(SharedBroker.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InboxKillTest {

  private static final AgentId KEEPER = AgentId.of("keeper");
  private static final int MESSAGES = 400;
  private static final int HANDLED_BEFORE = 100;

  /** The child: notes each number in a file; the agent of the first start stops at a number. */
  public static final class Child {
    private Child() {}

    /** Arguments: port, experiment, folder, the number after which the agent never ends. */
    public static void main(String[] arguments) throws Exception {
      Path folder = Path.of(arguments[2]);
      int stopAfter = Integer.parseInt(arguments[3]);
      var experiment = ExperimentId.of(arguments[1]);
      Agent keeper =
          (message, context) -> {
            int number = message.payload().as(Drill.Numbered.class).number();
            if (number > stopAfter) {
              new CountDownLatch(1).await(); // until the process is killed
            }
            Files.writeString(
                folder.resolve("handled"),
                number + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
          };
      try (var transport =
              MqttTransport.connect(
                  MqttBroker.at("127.0.0.1", Integer.parseInt(arguments[0]))
                      .withClientId(experiment + "-keeper"),
                  MqttOptions.defaults().inbox(folder.resolve("inbox")).held(1 << 20, 16));
          var group = AgentGroup.builder(experiment).transport(transport).build()) {
        group.define(AgentType.of("keeper", () -> keeper));
        group.start(KEEPER, "keeper");
        System.out.println("started");
        new CountDownLatch(1).await();
      }
    }
  }

  @Test
  void acknowledged_processKilled_isHandledByTheNextOneInOrder(@TempDir Path folder)
      throws Exception {
    ExperimentId experiment = Envelopes.newExperiment();
    Process first = child(experiment, folder, HANDLED_BEFORE);
    try (var transport = MqttTransport.connect(SharedBroker.address());
        var group = AgentGroup.builder(experiment).transport(transport).build()) {
      var sender = group.client("sender");
      for (int number = 1; number <= MESSAGES; number++) {
        sender.send(KEEPER, Payload.of(new Drill.Numbered(number)));
      }
      await().atMost(Duration.ofMinutes(1)).until(() -> handled(folder).size() >= HANDLED_BEFORE);
      first.destroyForcibly().waitFor();
      for (int number = MESSAGES + 1; number <= MESSAGES + 10; number++) {
        sender.send(KEEPER, Payload.of(new Drill.Numbered(number)));
      }

      Process second = child(experiment, folder, Integer.MAX_VALUE);
      try {
        await()
            .atMost(Duration.ofMinutes(1))
            .until(() -> handled(folder).contains(Integer.toString(MESSAGES + 10)));
      } finally {
        second.destroyForcibly().waitFor();
      }
    } finally {
      first.destroyForcibly().waitFor();
    }
    assertThat(handled(folder))
        .isEqualTo(IntStream.rangeClosed(1, MESSAGES + 10).mapToObj(Integer::toString).toList());
  }

  private static Process child(ExperimentId experiment, Path folder, int stopAfter)
      throws IOException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                Integer.toString(SharedBroker.broker().port()),
                experiment.toString(),
                folder.toString(),
                Integer.toString(stopAfter))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var output = process.inputReader(StandardCharsets.UTF_8);
    String line;
    while ((line = output.readLine()) != null) {
      if (line.equals("started")) {
        Thread.startVirtualThread(() -> output.lines().forEach(unread -> {}));
        return process;
      }
    }
    throw new IOException("the child ended without a word");
  }

  private static List<String> handled(Path folder) throws IOException {
    Path file = folder.resolve("handled");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }
}
