package dev.mama.mqtt;

import static dev.mama.mqtt.Envelopes.BOB;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.mama.Agent;
import dev.mama.AgentType;
import dev.mama.Channel;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.Intervention;
import dev.mama.Payload;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.InMemoryEventLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Any MQTT 5 client chats with an agent, surveys it and intervenes. */
@ExtendWith(SharedBroker.class)
class MqttForeignTest {

  private final ExperimentId experiment = Envelopes.newExperiment();
  private final Map<String, String> state = new ConcurrentHashMap<>();
  private final InMemoryEventLog log = new InMemoryEventLog();
  private final AtomicInteger turns = new AtomicInteger();
  private MqttTransport transport;
  private AgentGroup group;
  private Foreign foreign;

  @BeforeEach
  void start() throws Exception {
    transport = MqttTransport.connect(SharedBroker.address());
    group = AgentGroup.builder(experiment).transport(transport).eventLog(log).build();
    Agent bob =
        (message, context) -> {
          if (message.channel() == Channel.INTERVENE) {
            Intervention wanted = message.payload().as(Intervention.class);
            state.put(wanted.field(), wanted.value());
          } else {
            String text = message.payload().as(Payload.Text.class).text();
            turns.incrementAndGet();
            context.reply(Payload.text("you said " + text));
          }
        };
    group.define(AgentType.of("bob", () -> bob));
    group.start(BOB, "bob");
    foreign = Foreign.connect(SharedBroker.address());
  }

  @AfterEach
  void stop() {
    foreign.close();
    group.close();
    transport.close();
  }

  private String topic(String channel) {
    return "exps/" + experiment + "/agents/bob/" + channel;
  }

  private static Mqtt5Publish json(String topic, String json, MqttQos qos) {
    return Mqtt5Publish.builder().topic(topic).payload(json.getBytes(UTF_8)).qos(qos).build();
  }

  @Test
  void userChat_withResponseTopic_isAnsweredThereWithItsCorrelation() throws Exception {
    String answers = "exps/" + experiment + "/users/ann/answers";
    foreign.subscribe(answers, MqttQos.AT_LEAST_ONCE);

    for (String channel : List.of("user-chat", "user-survey")) {
      foreign.publish(
          json(topic(channel), "{\"text\":\"hello\"}", MqttQos.AT_LEAST_ONCE)
              .extend()
              .responseTopic(answers)
              .correlationData(channel.getBytes(UTF_8))
              .build());

      Mqtt5Publish answer = foreign.take();
      assertThat(answer.getTopic()).hasToString(answers);
      assertThat(answer.getCorrelationData()).contains(ByteBuffer.wrap(channel.getBytes(UTF_8)));
      assertThat(new String(answer.getPayloadAsBytes(), UTF_8))
          .isEqualTo("{\"text\":\"you said hello\"}");
      assertThat(property(answer, "from")).isEqualTo("bob");
      assertThat(property(answer, "kind")).isEqualTo("reply");
      assertThat(property(answer, "traceparent")).isNotBlank();
    }
  }

  private static String property(Mqtt5Publish publish, String name) {
    return publish.getUserProperties().asList().stream()
        .filter(each -> each.getName().toString().equals(name))
        .map(each -> each.getValue().toString())
        .findFirst()
        .orElse("");
  }

  @Test
  void userChat_withoutResponseTopic_isAnsweredToTheUsersOwnTopic() throws Exception {
    foreign.subscribe("exps/" + experiment + "/agents/user/+", MqttQos.AT_LEAST_ONCE);

    foreign.publish(json(topic("user-chat"), "{\"text\":\"hello\"}", MqttQos.AT_LEAST_ONCE));

    assertThat(new String(foreign.take().getPayloadAsBytes(), UTF_8)).contains("you said hello");
  }

  @Test
  void userChat_nobodyHearsTheAnswer_theAgentGoesOn() throws Exception {
    for (int i = 0; i < 3; i++) {
      foreign.publish(json(topic("user-chat"), "{\"text\":\"hello\"}", MqttQos.AT_LEAST_ONCE));
    }
    await().until(() -> turns.get() == 3);
    group.close(); // waits for the turns
    assertThat(errors()).isEmpty();
  }

  @Test
  void responseTopic_ofAnotherAgent_isMalformedAndNothingIsSentThere() throws Exception {
    String victim = "exps/" + experiment + "/agents/carol/agent-chat";
    foreign.subscribe(victim, MqttQos.AT_LEAST_ONCE);

    foreign.publish(
        json(topic("user-chat"), "{\"text\":\"hello\"}", MqttQos.AT_LEAST_ONCE)
            .extend()
            .responseTopic(victim)
            .build());

    await().until(() -> transport.figures().malformed() == 1);
    assertThat(foreign.arrived()).isEmpty();
  }

  @Test
  void intervene_atQos2_setsTheFieldAndIsRecorded() throws Exception {
    foreign.publish(
        json(topic("intervene"), "{\"field\":\"mood\",\"value\":\"glad\"}", MqttQos.EXACTLY_ONCE));

    await().until(() -> "glad".equals(state.get("mood")));
    await().until(() -> recorded().contains("Intervention{\"field\":\"mood\",\"value\":\"glad\"}"));
  }

  @Test
  void sameId_twice_isHandledOnce() throws Exception {
    var published = new ConcurrentLinkedQueue<String>();
    foreign.subscribe("exps/" + experiment + "/agents/user/+", MqttQos.AT_LEAST_ONCE);
    Mqtt5Publish once =
        json(topic("user-chat"), "{\"text\":\"once\"}", MqttQos.AT_LEAST_ONCE)
            .extend()
            .userProperties()
            .add("id", "6a2f41a3-c54c-4b0e-8a58-2f2e7d6a9d10")
            .applyUserProperties()
            .build();
    foreign.publish(once);
    foreign.publish(once);
    foreign.publish(json(topic("user-chat"), "{\"text\":\"end\"}", MqttQos.AT_LEAST_ONCE));

    while (published.stream().noneMatch(text -> text.contains("end"))) {
      published.add(new String(foreign.take().getPayloadAsBytes(), UTF_8));
    }
    assertThat(published).hasSize(2);
    assertThat(transport.figures().repeated()).isEqualTo(1);
  }

  private List<String> recorded() throws InterruptedException {
    var payloads = new ArrayList<String>();
    log.read(
        experiment,
        event -> {
          if (event instanceof Event.MessageSent sent) {
            payloads.add(sent.payload().toString());
          }
        });
    return payloads;
  }

  private List<String> errors() throws InterruptedException {
    var errors = new ArrayList<String>();
    log.read(
        experiment,
        event -> {
          if (event instanceof Event.ErrorRaised error) {
            errors.add(error.detail());
          }
        });
    return errors;
  }
}
