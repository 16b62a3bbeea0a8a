package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.runtime.AgentGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk under an inbox is full, a real one of 8 MiB: nothing is acknowledged, and when there is
 * room again, everything is handled, once and in order.
 */
@ExtendWith(SharedBroker.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InboxDiskTest {

  private static final int MESSAGES = 2_000;

  /**
   * A shell with a file system of its own, which it fills, and makes room in when it is told to.
   */
  private static final String ON_A_SMALL_DISK =
      """
      mount -t tmpfs -o size=8m tmpfs "$0" || exit 1
      head -c 8200000 /dev/zero > "$0/ballast"
      "$@" < /dev/null &
      read line
      rm "$0/ballast"
      wait
      """;

  private static List<String> shell(String script, Path disk) {
    return List.of(
        "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, disk.toString());
  }

  private static boolean mayMount(Path disk) throws InterruptedException {
    try {
      return new ProcessBuilder(shell("mount -t tmpfs -o size=1m tmpfs \"$0\"", disk))
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }

  @Test
  void arriving_diskFull_waitsAtTheBroker_thenAllIsHandledInOrder(@TempDir Path folder)
      throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(mayMount(disk), "this user may not mount a small disk (unshare and tmpfs)");
    ExperimentId experiment = Envelopes.newExperiment();
    Keeper keeper =
        Keeper.start(
            shell(ON_A_SMALL_DISK, disk),
            experiment,
            folder,
            disk.resolve("inbox"),
            Integer.MAX_VALUE);
    try (var transport = MqttTransport.connect(SharedBroker.address());
        var group = AgentGroup.builder(experiment).transport(transport).build()) {
      var sender = group.client("sender");
      for (int number = 1; number <= MESSAGES; number++) {
        sender.send(Keeper.ID, Payload.of(new Drill.Numbered(number)));
      }
      await().until(() -> keeper.hasSaid("inbox cannot be written"));
      assertThat(Keeper.handled(folder)).hasSizeLessThan(MESSAGES);

      keeper.tell("make room");

      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> Keeper.handled(folder).contains(Integer.toString(MESSAGES)));
      assertThat(Keeper.handled(folder))
          .isEqualTo(IntStream.rangeClosed(1, MESSAGES).mapToObj(Integer::toString).toList());
    } finally {
      keeper.kill();
    }
  }
}
