package dev.mama.mqtt;

import static dev.mama.mqtt.Envelopes.ALICE;
import static dev.mama.mqtt.Envelopes.BOB;
import static dev.mama.mqtt.Envelopes.envelope;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.PayloadException;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.UnknownAgentException;
import dev.mama.embedded.EmbeddedBroker.Published;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import dev.mama.spi.Envelope.Sequence;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What stands on the wire, and what others may put there. */
@ExtendWith(SharedBroker.class)
class MqttWireTest {

  private final ExperimentId experiment = Envelopes.newExperiment();
  private final BlockingQueue<Envelope> arrived = new LinkedBlockingQueue<>();
  private MqttTransport transport;
  private Mqtt5BlockingClient foreign;

  @BeforeEach
  void connect() throws Exception {
    transport = MqttTransport.connect(SharedBroker.address());
    transport.subscribe(experiment, List.of(BOB), arrived::add);
    foreign =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost(SharedBroker.broker().host())
            .serverPort(SharedBroker.broker().port())
            .buildBlocking();
    foreign.connect();
  }

  @AfterEach
  void disconnect() {
    foreign.disconnect();
    transport.close();
  }

  @Test
  void receive_plainJsonOfForeignClient_isMessageOfUser() throws Exception {
    publish("user-chat", "{\"text\":\"how are you?\"}", Map.of());

    Envelope envelope = take();
    Message message = envelope.message();
    assertThat(envelope.kind()).isEqualTo(Kind.SEND);
    assertThat(envelope.sequence()).isNull();
    assertThat(envelope.answers()).isNull();
    assertThat(envelope.waiting()).isEmpty();
    assertThat(message.from()).isEqualTo(AgentId.of("user"));
    assertThat(message.to()).isEqualTo(BOB);
    assertThat(message.channel()).isEqualTo(Channel.USER_CHAT);
    assertThat(message.deadline().isNone()).isTrue();
    assertThat(message.payload().as(Payload.Text.class).text()).isEqualTo("how are you?");
  }

  @Test
  void receive_foreignClientWithSomeProperties_takesThem() throws Exception {
    var trace = Trace.start();
    publish(
        "user-survey",
        "{}",
        Map.of("from", "carol", "traceparent", trace.traceparent(), "remaining-ms", "60000"));

    Message message = take().message();
    assertThat(message.from()).isEqualTo(AgentId.of("carol"));
    assertThat(message.trace()).isEqualTo(trace);
    assertThat(message.deadline().remaining(Time.system()))
        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(60));
  }

  @Test
  void receive_propertiesOfTheirOwn_meanWhatAHeadMeans() throws Exception {
    var id = UUID.randomUUID();
    Map<String, String> apart =
        Map.of("id", id.toString(), "from", "carol", "seq", "7/3", "type", "a type");
    publish("agent-chat", "{}", apart);
    Envelope one = take();
    publish("agent-chat", "{}", Map.of("mama", "1 " + id + " carol 7/3 a type"));
    Envelope other = take();

    assertThat(one.message().id()).isEqualTo(id).isEqualTo(other.message().id());
    assertThat(one.message().from()).isEqualTo(AgentId.of("carol"));
    assertThat(other.message().from()).isEqualTo(AgentId.of("carol"));
    assertThat(one.sequence()).isEqualTo(new Sequence(7, 3, 2)).isEqualTo(other.sequence());
    assertThat(one.message().payload().type()).isEqualTo("a type");
    assertThat(other.message().payload().type()).isEqualTo("a type");
  }

  @Test
  void receive_malformed_isCountedAndTheNextArrives() throws Exception {
    publish("agent-chat", "{}", Map.of("kind", "shout"));
    publish("agent-chat", "{}", Map.of("kind", "reply"));
    publish("agent-chat", "{}", Map.of("seq", "1"));
    publish("agent-chat", "{}", Map.of("seq", "1/one"));
    publish("agent-chat", "{}", Map.of("id", "not a uuid"));
    publish("agent-chat", "{}", Map.of("traceparent", "00-0-0-0"));
    publish("agent-chat", "{}", Map.of("from", "a/b"));
    publish("agent-chat", "{}", Map.of("mama", "1 " + UUID.randomUUID() + " alice -"));
    publish("agent-chat", "{}", Map.of("mama", "2 " + UUID.randomUUID() + " alice - Text"));
    publish("agent-chat", "{}", Map.of("mama", "1 " + UUID.randomUUID() + " alice 1 Text"));
    publish("agent-chat", "", Map.of());
    publish("no-channel", "{}", Map.of());
    publish("agent-chat", "{\"text\":\"well-formed\"}", Map.of());

    assertThat(take().message().payload().as(Payload.Text.class).text()).isEqualTo("well-formed");
    assertThat(transport.figures().malformed()).isEqualTo(12);
    assertThat(arrived).isEmpty();
  }

  @Test
  void send_ask_standsOnTheWireAsDocumented() throws Exception {
    var id = UUID.fromString("6a2f41a3-c54c-4b0e-8a58-2f2e7d6a9d10");
    var trace = Trace.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    var message =
        new Message(
            id, ALICE, BOB, Channel.AGENT_CHAT, Payload.text("help?"), trace, Deadline.NONE);
    BlockingQueue<Published> seen = new LinkedBlockingQueue<>();
    String topic = "exps/" + experiment + "/agents/bob/agent-chat";
    SharedBroker.broker()
        .observe(published -> {
          if (published.topic().equals(topic)) {
            seen.add(published);
          }
        });

    try (var observed = MqttTransport.connect(SharedBroker.address())) {
      observed.send(
          new Envelope(
              experiment, Kind.ASK, message, new Sequence(7, 1), null, List.of(BOB, ALICE)));
    }

    assertThat(seen.poll(30, TimeUnit.SECONDS))
        .isEqualTo(
            new Published(
                topic,
                Map.of(
                    "mama", "1 6a2f41a3-c54c-4b0e-8a58-2f2e7d6a9d10 alice 7/1 Text",
                    "kind", "ask",
                    "waiting", "bob,alice",
                    "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                1));
  }

  @Test
  void subscribe_agents_asksForTheirOwnTopicsOnly() throws Exception {
    Queue<String> filters = new ConcurrentLinkedQueue<>();
    SharedBroker.broker()
        .observeFilters(filter -> {
          if (filter.contains(experiment.toString())) {
            filters.add(filter);
          }
        });
    try (var observed = MqttTransport.connect(SharedBroker.address())) {
      observed.subscribe(experiment, List.of(ALICE, AgentId.of("carol")), arrived::add);
    }
    String prefix = "exps/" + experiment + "/agents/";
    assertThat(filters).containsExactlyInAnyOrder(prefix + "alice/+", prefix + "carol/+");
  }

  @Test
  void send_nobodySubscribed_isUnknown() {
    assertThatExceptionOfType(UnknownAgentException.class)
        .isThrownBy(() -> transport.send(envelope(experiment, ALICE, "hello?", 1)))
        .satisfies(e -> assertThat(e.agent()).isEqualTo(ALICE));
  }

  @Test
  void send_payloadOverTheLimit_isRefused() throws Exception {
    try (var small = MqttTransport.connect(SharedBroker.address().withPayloadLimit(1_000))) {
      assertThatExceptionOfType(PayloadException.class)
          .isThrownBy(() -> small.send(envelope(experiment, BOB, "x".repeat(1_000), 1)))
          .withMessageContaining("'bob' has 1011 bytes, more than 1000");
    }
    assertThat(arrived).isEmpty();
  }

  @Test
  void send_fromWithinTheReceiver_isRefused() throws Exception {
    var refusal = new AtomicReference<Exception>();
    transport.subscribe(
        experiment,
        List.of(ALICE),
        envelope -> {
          try {
            transport.send(envelope);
          } catch (InterruptedException | RuntimeException e) {
            refusal.set(e);
          }
        });

    transport.send(envelope(experiment, ALICE, "answer me", 1));

    await().until(() -> refusal.get() != null);
    assertThat(refusal.get())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("hand the envelope over");
  }

  private Envelope take() throws InterruptedException {
    Envelope envelope = arrived.poll(30, TimeUnit.SECONDS);
    assertThat(envelope).as("an envelope within 30 s").isNotNull();
    return envelope;
  }

  private void publish(String channel, String json, Map<String, String> properties) {
    var userProperties =
        properties.entrySet().stream()
            .map(property -> Mqtt5UserProperty.of(property.getKey(), property.getValue()))
            .toList();
    foreign
        .publishWith()
        .topic("exps/" + experiment + "/agents/bob/" + channel)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(json.getBytes(UTF_8))
        .userProperties(Mqtt5UserProperties.of(userProperties))
        .send();
  }
}
