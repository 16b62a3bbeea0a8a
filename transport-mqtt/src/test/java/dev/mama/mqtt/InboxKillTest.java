package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentCard;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Time;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.registry.Liveness;
import dev.mama.registry.PmlDesk;
import dev.mama.registry.PmlKeys;
import dev.mama.runtime.AgentGroup;
import dev.mama.spi.Presence.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process with an inbox on disk is killed while its agent is busy, and started again: what was
 * acknowledged and not handled is there, in order. Others hear of its death within the keep-alive,
 * and so does the registry, by itself.
 */
@ExtendWith(SharedBroker.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InboxKillTest {

  private static final int MESSAGES = 400;
  private static final int HANDLED_BEFORE = 100;

  @Test
  void acknowledged_processKilled_isHandledByTheNextOneInOrder(@TempDir Path folder)
      throws Exception {
    ExperimentId experiment = Envelopes.newExperiment();
    var first = Keeper.start(experiment, folder, HANDLED_BEFORE);
    try (var transport = MqttTransport.connect(SharedBroker.address());
        var group = AgentGroup.builder(experiment).transport(transport).build()) {
      var sender = group.client("sender");
      Queue<State> news = new ConcurrentLinkedQueue<>();
      transport.watchPresence(experiment, presence -> news.add(presence.state()));
      var registry = InMemoryRegistry.create(Duration.ofHours(1), Time.system());
      registry.register(new AgentCard(Keeper.ID, "keeper", "keeps what comes"), "keepers");
      PmlDesk.of(experiment, registry, InMemoryTrustLedger.create(), PmlKeys.open(), Time.system())
          .follow(transport);
      for (int number = 1; number <= MESSAGES; number++) {
        sender.send(Keeper.ID, Payload.of(new Drill.Numbered(number)));
      }
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> Keeper.handled(folder).size() >= HANDLED_BEFORE);
      await().until(() -> news.contains(State.HERE));
      first.kill();
      await().atMost(MqttBroker.at("any", 1).keepAlive()).until(() -> news.contains(State.LOST));
      await().until(() -> liveness(registry) == Liveness.State.SUSPECTED);
      for (int number = MESSAGES + 1; number <= MESSAGES + 10; number++) {
        sender.send(Keeper.ID, Payload.of(new Drill.Numbered(number)));
      }

      var second = Keeper.start(experiment, folder, Integer.MAX_VALUE);
      try {
        await()
            .atMost(Duration.ofMinutes(1))
            .until(() -> Keeper.handled(folder).contains(Integer.toString(MESSAGES + 10)));
        assertThat(liveness(registry)).isEqualTo(Liveness.State.ALIVE);
      } finally {
        second.kill();
      }
    } finally {
      first.kill();
    }
    assertThat(Keeper.handled(folder))
        .isEqualTo(IntStream.rangeClosed(1, MESSAGES + 10).mapToObj(Integer::toString).toList());
  }

  private static Liveness.State liveness(InMemoryRegistry registry) {
    return registry.liveness(Keeper.ID).orElseThrow().state();
  }
}
