package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.Time;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.registry.Liveness;
import dev.mama.registry.PmlDesk;
import dev.mama.registry.PmlKeys;
import dev.mama.registry.RegistryAgent;
import dev.mama.registry.RegistryCopy;
import dev.mama.runtime.AgentGroup;
import dev.mama.testkit.FaultProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** One owner of a registry and copies of it elsewhere, over a real broker and bad connections. */
@ExtendWith(SharedBroker.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RegistryOverMqttTest {

  private static final Time TIME = Time.system();

  private final ExperimentId experiment = Envelopes.newExperiment();

  /** Silence alone makes nobody suspected here. */
  private final InMemoryRegistry registry = InMemoryRegistry.create(Duration.ofHours(1), TIME);

  @Test
  void copy_connectionsBreak_isAsTheOwnersAndHearsOfLossAndReturn() throws Exception {
    try (var workersProxy = proxy();
        var readersProxy = proxy();
        var ownersWire = MqttTransport.connect(SharedBroker.address());
        var workersWire =
            MqttTransport.connect(
                behind(workersProxy).withKeepAlive(Duration.ofSeconds(1)),
                MqttOptions.defaults().presence(experiment, "workers"));
        var readersWire = MqttTransport.connect(behind(readersProxy));
        var owner = group("owner", ownersWire);
        var workers = group("workers", workersWire);
        var readers = group("readers", readersWire)) {
      var ledger = InMemoryTrustLedger.create();
      var desk = PmlDesk.of(experiment, registry, ledger, PmlKeys.open(), TIME);
      desk.follow(ownersWire);
      RegistryAgent.start(owner, desk);
      RegistryCopy writing = RegistryCopy.of(TIME);
      writing.join(workers);
      RegistryCopy reading = RegistryCopy.of(TIME);
      reading.join(readers);

      IntStream.range(0, 300).forEach(i -> writing.register(card(i)));
      eventually().until(() -> reading.size() == 300);
      readersProxy.cut();
      workersProxy.cut();
      IntStream.range(0, 100).forEach(i -> writing.retire(agent(i)));
      eventually().until(() -> reading.size() == 200);
      assertThat(registry.size()).isEqualTo(200);
      IntStream.range(100, 300).forEach(i -> assertThat(reading.card(agent(i))).contains(card(i)));
      eventually().until(() -> reading.isAlive(agent(200)));

      workersProxy.stall(); // the broker finds out by itself
      eventually().until(() -> reading.alive() == 0);
      assertThat(reading.liveness(agent(200)))
          .map(Liveness::state)
          .contains(Liveness.State.SUSPECTED);
      workersProxy.heal();
      eventually().until(() -> reading.alive() == 200);
    }
  }

  private static FaultProxy proxy() throws IOException {
    return FaultProxy.start(SharedBroker.broker().host(), SharedBroker.broker().port());
  }

  private static MqttBroker behind(FaultProxy proxy) {
    return MqttBroker.at(proxy.host(), proxy.port());
  }

  private AgentGroup group(String name, MqttTransport transport) {
    return AgentGroup.builder(experiment).name(name).transport(transport).build();
  }

  private static AgentId agent(int number) {
    return AgentId.of("agent-" + number);
  }

  private static AgentCard card(int number) {
    return new AgentCard(agent(number), "any", "does thing " + number);
  }

  private static ConditionFactory eventually() {
    return await().pollInterval(Duration.ofMillis(10)).atMost(Duration.ofMinutes(1));
  }
}
