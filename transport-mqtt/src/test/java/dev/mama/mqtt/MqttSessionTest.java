package dev.mama.mqtt;

import static dev.mama.mqtt.Envelopes.ALICE;
import static dev.mama.mqtt.Envelopes.BOB;
import static dev.mama.mqtt.Envelopes.envelope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.ExperimentId;
import dev.mama.Intervention;
import dev.mama.Payload;
import dev.mama.UnknownAgentException;
import dev.mama.embedded.EmbeddedBroker.Published;
import dev.mama.spi.Envelope;
import dev.mama.spi.Presence;
import dev.mama.spi.Presence.State;
import dev.mama.testkit.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What outlives a connection: the session, and the news of its end. */
@ExtendWith(SharedBroker.class)
class MqttSessionTest {

  private final ExperimentId experiment = Envelopes.newExperiment();
  private final Queue<Envelope> arrived = new ConcurrentLinkedQueue<>();

  private List<Long> numbers() {
    return arrived.stream().map(e -> e.sequence() == null ? 0 : e.sequence().number()).toList();
  }

  private MqttBroker named(String name) {
    return SharedBroker.address().withClientId(experiment + "-" + name);
  }

  @Test
  void connect_sameClientIdAgain_getsWhatCameMeanwhile() throws Exception {
    try (var sender = MqttTransport.connect(SharedBroker.address())) {
      try (var first = MqttTransport.connect(named("receiver"))) {
        first.subscribe(experiment, List.of(BOB), arrived::add);
      } // without unsubscribing, as a process that is killed
      for (int number = 1; number <= 100; number++) {
        sender.send(envelope(experiment, BOB, "meanwhile", number));
      }
      assertThat(arrived).isEmpty();

      try (var second = MqttTransport.connect(named("receiver"))) {
        second.subscribe(experiment, List.of(ALICE), e -> {}); // others are started first
        second.subscribe(experiment, List.of(BOB), arrived::add);

        await().until(() -> arrived.size() >= 100);
        assertThat(numbers())
            .isEqualTo(IntStream.rangeClosed(1, 100).mapToObj(n -> (long) n).toList());
      }
    }
  }

  @Test
  void close_withoutAClientIdOfItsOwn_endsTheSession() throws Exception {
    MqttBroker address = SharedBroker.address();
    try (var sender = MqttTransport.connect(SharedBroker.address())) {
      try (var first = MqttTransport.connect(address)) {
        first.subscribe(experiment, List.of(BOB), arrived::add);
      }
      assertThatExceptionOfType(UnknownAgentException.class)
          .isThrownBy(() -> sender.send(envelope(experiment, BOB, "nobody", 1)));
    }
  }

  @Test
  void subscribe_fiveThousandAgents_fewPackets() throws Exception {
    var packets = new Packets();
    try (var proxy =
            FaultProxy.start(SharedBroker.broker().host(), SharedBroker.broker().port(), packets);
        var transport = MqttTransport.connect(MqttBroker.at(proxy.host(), proxy.port()))) {
      transport.subscribe(
          experiment,
          IntStream.range(0, 5_000).mapToObj(i -> AgentId.of("agent-" + i)).toList(),
          arrived::add);
      assertThat(proxy.connections()).isEqualTo(1);
      assertThat(packets.count(Packets.SUBSCRIBE)).isEqualTo(5);
    }
  }

  @Test
  void presence_processIsLost_isToldWithinTheKeepAlive() throws Exception {
    Queue<Presence> news = new ConcurrentLinkedQueue<>();
    try (var proxy = FaultProxy.start(SharedBroker.broker().host(), SharedBroker.broker().port());
        var watcher = MqttTransport.connect(SharedBroker.address())) {
      MqttBroker mortal =
          MqttBroker.at(proxy.host(), proxy.port())
              .withClientId(experiment + "-mortal")
              .withKeepAlive(Duration.ofSeconds(1));
      watcher.watchPresence(experiment, news::add);
      try (var transport =
          MqttTransport.connect(mortal, MqttOptions.defaults().presence(experiment, "g1", "g2"))) {
        await().until(() -> news.contains(presence(mortal, State.HERE)));

        proxy.stall(); // neither side is told
        await().until(() -> news.contains(presence(mortal, State.LOST)));
        news.clear();
        proxy.heal();

        await().until(() -> news.contains(presence(mortal, State.HERE)));
        try (var late = MqttTransport.connect(SharedBroker.address())) {
          Queue<Presence> retained = new ConcurrentLinkedQueue<>();
          late.watchPresence(experiment, retained::add);
          await().until(() -> retained.contains(presence(mortal, State.HERE)));
        }
        assertThat(transport.figures().reconnects()).isPositive();
      }
      await().until(() -> news.contains(presence(mortal, State.LEFT)));
    }
  }

  private static Presence presence(MqttBroker client, State state) {
    return new Presence(client.clientId(), Set.of("g1", "g2"), state);
  }

  @Test
  void quality_byChannelAndType() throws Exception {
    Queue<Published> seen = new ConcurrentLinkedQueue<>();
    SharedBroker.broker()
        .observe(published -> {
          if (published.topic().startsWith("exps/" + experiment)) {
            seen.add(published);
          }
        });
    try (var transport =
        MqttTransport.connect(
            SharedBroker.address(),
            MqttOptions.defaults().telemetry(Speed.class).exactlyOnce(Payment.class))) {
      transport.subscribe(experiment, List.of(BOB), arrived::add);
      for (Channel channel : Channel.values()) {
        transport.send(Envelopes.on(experiment, channel));
      }
      transport.send(Envelopes.to(experiment, Payload.of(new Payment(5))));
      transport.send(Envelopes.to(experiment, Payload.of(new Intervention("mood", "glad"))));
      transport.publish(Envelopes.published(experiment, "road", Payload.of(new Speed(50))));
      transport.publish(Envelopes.published(experiment, "road", Payload.text("closed")));

      await().until(() -> seen.size() == 8);
      assertThat(seen)
          .extracting(p -> p.topic().substring(p.topic().lastIndexOf('/') + 1), Published::qos)
          .containsExactly(
              tuple("agent-chat", 1),
              tuple("user-chat", 1),
              tuple("user-survey", 2),
              tuple("intervene", 2),
              tuple("agent-chat", 2),
              tuple("agent-chat", 2),
              tuple("road", 0),
              tuple("road", 1));
      await().until(() -> arrived.size() == 6);
    }
  }

  @Test
  void quality_2_isThatOfAllMessages_butNotOfTopics() throws Exception {
    Queue<Integer> seen = new ConcurrentLinkedQueue<>();
    SharedBroker.broker()
        .observe(published -> {
          if (published.topic().startsWith("exps/" + experiment)) {
            seen.add(published.qos());
          }
        });
    try (var transport =
        MqttTransport.connect(SharedBroker.address(), MqttOptions.defaults().qos(2))) {
      transport.subscribe(experiment, List.of(BOB), arrived::add);
      for (Channel channel : Channel.values()) {
        transport.send(Envelopes.on(experiment, channel));
      }
      transport.publish(Envelopes.published(experiment, "road", Payload.text("closed")));
      await().until(() -> seen.size() == 5);
      assertThat(seen).containsExactly(2, 2, 2, 2, 1);
      await().until(() -> arrived.size() == 4);
    }
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> MqttOptions.defaults().qos(0))
        .withMessage("MQTT qos 0 must be 1 to 2");
  }

  record Speed(int kilometresPerHour) {}

  record Payment(int cents) {}

  @ParameterizedTest
  @CsvSource({"0, 100", "100, 0"})
  void rates_areKept(int perSecond, int perTopicAndSecond) throws Exception {
    var options = MqttOptions.defaults().rates(perSecond, perTopicAndSecond);
    try (var transport = MqttTransport.connect(SharedBroker.address(), options)) {
      transport.subscribe(experiment, List.of(BOB), arrived::add);
      long start = System.nanoTime();
      for (int number = 1; number <= 60; number++) {
        transport.send(envelope(experiment, BOB, "slowly", number));
      }
      // 60 at 100 a second, less a tenth of a second's worth that may go at once
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(450));
    }
  }
}
