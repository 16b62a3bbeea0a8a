package dev.mama.mqtt;

import static dev.mama.mqtt.Envelopes.BOB;
import static dev.mama.mqtt.Envelopes.envelope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.TransportException;
import dev.mama.embedded.EmbeddedBroker;
import dev.mama.spi.Envelope;
import dev.mama.testkit.FaultProxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The one connection: how it is made, shared, lost and found. */
@ExtendWith(SharedBroker.class)
class MqttConnectionTest {

  private final ExperimentId experiment = Envelopes.newExperiment();
  private final Queue<Envelope> arrived = new ConcurrentLinkedQueue<>();

  @Test
  void connect_nobodyListens_saysWhereInOneLine() throws Exception {
    int port = freePort();

    assertThatExceptionOfType(TransportException.class)
        .isThrownBy(() -> MqttTransport.connect(MqttBroker.at("127.0.0.1", port)))
        .withMessageContaining("no MQTT broker answers at 127.0.0.1:" + port)
        .withMessageContaining("start one there")
        .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
  }

  @Test
  void connect_listenerIsSilent_endsAfterTheTimeout() throws Exception {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      MqttBroker broker =
          MqttBroker.at("127.0.0.1", silent.getLocalPort())
              .withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(1));

      assertThatExceptionOfType(TransportException.class)
          .isThrownBy(() -> MqttTransport.connect(broker))
          .withMessageContaining(broker.toString());
    }
  }

  @Test
  void subscribe_fiveThousandAgents_oneConnection() throws Exception {
    EmbeddedBroker broker = SharedBroker.broker();
    long before = broker.connections();
    List<AgentId> agents =
        IntStream.range(0, 5_000).mapToObj(i -> AgentId.of("agent-" + i)).toList();
    MqttBroker address = SharedBroker.address();
    try (var transport = MqttTransport.connect(address)) {
      transport.subscribe(experiment, agents, arrived::add);
      assertThat(broker.clients()).contains(address.clientId());
      assertThat(broker.connections() - before).isEqualTo(1);
    }
    await().until(() -> !broker.clients().contains(address.clientId()));
  }

  @Test
  void send_connectionTakenOver_comesBackAndDelivers() throws Exception {
    MqttBroker address = SharedBroker.address();
    try (var transport = MqttTransport.connect(address)) {
      transport.subscribe(experiment, List.of(BOB), arrived::add);

      MqttClient.builder()
          .useMqttVersion5()
          .identifier(address.clientId())
          .serverHost(address.host())
          .serverPort(address.port())
          .buildBlocking()
          .connectWith()
          .cleanStart(false)
          .sessionExpiryInterval(60)
          .send();
      long before = SharedBroker.broker().connections();
      await().until(() -> SharedBroker.broker().connections() > before);
      transport.send(envelope(experiment, BOB, "back again", 1));

      await().until(() -> numbers().contains(1L));
    }
  }

  @Test
  void send_brokerHasLostTheSession_waitsAndArrivesInOrder() throws Exception {
    try (var proxy = FaultProxy.start(SharedBroker.broker().host(), SharedBroker.broker().port())) {
      MqttBroker address = MqttBroker.at(proxy.host(), proxy.port()).withClientId(name("lost"));
      try (var transport = MqttTransport.connect(address);
          var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        transport.subscribe(experiment, List.of(BOB), arrived::add);
        transport.send(envelope(experiment, BOB, "before", 1));
        await().until(() -> numbers().contains(1L));

        proxy.stall();
        Future<?> waiting =
            threads.submit(() -> {
              transport.send(envelope(experiment, BOB, "meanwhile", 2));
              return null;
            });
        endSession(address.clientId());
        proxy.reset();
        proxy.heal();
        waiting.get();
        transport.send(envelope(experiment, BOB, "after", 3));

        await().until(() -> numbers().contains(3L));
        assertThat(numbers().stream().distinct()).containsExactly(1L, 2L, 3L);
        assertThat(transport.figures().reconnects()).isPositive();
      }
    }
  }

  /** Whoever follows may have lost the connection, too, and is about to come back. */
  @Test
  void publish_nobodyFollowsAfterAReconnection_isOfferedAgainAndHoldsNobodyUp() throws Exception {
    try (var proxy = FaultProxy.start(SharedBroker.broker().host(), SharedBroker.broker().port());
        var transport = MqttTransport.connect(MqttBroker.at(proxy.host(), proxy.port()));
        var late = MqttTransport.connect(SharedBroker.address())) {
      proxy.cut();
      await().until(() -> transport.figures().reconnects() > 0);
      transport.publish(Envelopes.published(experiment, "road", Payload.text("closed")));
      late.subscribeTopic(experiment, "road", arrived::add);
      await().until(() -> arrived.size() == 1);
    }
  }

  /** Has the broker forget what it keeps for a client. */
  private static void endSession(String clientId) {
    var other =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(clientId)
            .serverHost(SharedBroker.broker().host())
            .serverPort(SharedBroker.broker().port())
            .buildBlocking();
    other.connectWith().cleanStart(true).sessionExpiryInterval(0).send();
    other.disconnect();
  }

  private String name(String what) {
    return experiment + "-" + what;
  }

  @Test
  void close_brokerIsGone_endsWaitingSends() throws Exception {
    var proxy = FaultProxy.start(SharedBroker.broker().host(), SharedBroker.broker().port());
    MqttTransport transport =
        MqttTransport.connect(
            MqttBroker.at(proxy.host(), proxy.port())
                .withTimeouts(Duration.ofSeconds(30), Duration.ofHours(1)),
            MqttOptions.defaults().presence(experiment, "g1"));
    proxy.close();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> waiting =
          threads.submit(() -> {
            transport.send(envelope(experiment, BOB, "too late", 1));
            return null;
          });

      transport.close();

      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(waiting::get)
          .withCauseInstanceOf(TransportException.class)
          .withMessageContaining("closed");
    }
  }

  private List<Long> numbers() {
    return arrived.stream().map(e -> e.sequence() == null ? 0 : e.sequence().number()).toList();
  }

  /**
   * The client's threads are no daemons: one that stays, after whichever of these tests, keeps the
   * process alive. They end two seconds after the last connection, so this is awaited once.
   */
  @AfterAll
  static void awaitNoClientThread() {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("com.hivemq.client")));
  }

  private static int freePort() throws Exception {
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }
}
