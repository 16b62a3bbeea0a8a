package dev.mama.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishBuilder;
import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.ExperimentId;
import dev.mama.Intervention;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import dev.mama.spi.Envelope.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How an envelope looks in MQTT 5: experiment, receiver and channel are the topic, the payload's
 * JSON is the payload, and the rest are user properties: a {@link Head}, the trace, and what is
 * seldom. A property that a foreign client leaves out has a default: it is a message of {@code
 * user} that nobody waits for, begins a trace and keeps no order.
 */
final class Wire {

  private static final String TOPICS = "/topics/";
  private static final String USERS = "/users/";

  private static final String HEAD = "mama";
  private static final String TRACE = "traceparent";
  private static final String KIND = "kind";
  private static final String ANSWERS = "answers";
  private static final String WAITING = "waiting";
  private static final String REMAINING = "remaining-ms";

  // What foreign clients may say, and are told, instead of a head.
  private static final String ID = "id";
  private static final String FROM = "from";
  private static final String TYPE = "type";
  private static final String SEQUENCE = "seq";

  private static final String INTERVENTION = Intervention.class.getSimpleName();

  /** From whom a message is that does not say so. */
  static final AgentId FOREIGN = AgentId.of("user");

  private Wire() {}

  /** Where an agent is: what its topics begin with. */
  static String address(ExperimentId experiment, AgentId agent) {
    return "exps/" + experiment + "/agents/" + agent;
  }

  /**
   * Where a topic of the experiment is.
   *
   * @throws IllegalArgumentException if {@code topic} is not of the form of an agent id
   */
  static String topicAddress(ExperimentId experiment, String topic) {
    return "exps/" + experiment + TOPICS + AgentId.of(topic);
  }

  /** Where {@code publish} goes: the first four levels of its topic. */
  static String address(Mqtt5Publish publish) {
    String topic = publish.getTopic().toString();
    int end = -1;
    for (int level = 0; level < 4; level++) {
      end = topic.indexOf('/', end + 1);
      if (end < 0) {
        return topic;
      }
    }
    return topic.substring(0, end);
  }

  /** Whether {@code address} is a topic's, not an agent's. */
  static boolean isTopic(String address) {
    return address.startsWith(TOPICS, address.indexOf('/', "exps/".length()));
  }

  /** The filter for all that is sent to {@code address}, and for nothing else. */
  static String filter(String address) {
    return isTopic(address) ? address : address + "/+";
  }

  private static String topic(Envelope envelope) {
    Message message = envelope.message();
    return address(envelope.experiment(), message.to()) + "/" + message.channel().level();
  }

  /** As {@link #encode}, for all that subscribed for the topic it is addressed to. */
  static Mqtt5Publish encodePublished(Envelope envelope, MqttQos qos, Time time) {
    String topic = topicAddress(envelope.experiment(), envelope.message().to().value());
    return encode(envelope, topic, qos, time).build();
  }

  /** As {@code options} say: at which QoS, and by which clock. */
  static Mqtt5Publish encode(Envelope envelope, MqttOptions options) {
    Message message = envelope.message();
    MqttQos qos =
        options.qos() == 2 || options.exactlyOnce().contains(message.payload().type())
            ? MqttQos.EXACTLY_ONCE
            : qos(message.channel());
    return encode(envelope, topic(envelope), qos, options.time()).build();
  }

  /** As the answer to a foreign client's request. */
  static Mqtt5Publish encodeAnswer(Envelope answer, Requests.Return way, Time time) {
    return encode(answer, way.topic().toString(), MqttQos.AT_LEAST_ONCE, time)
        .correlationData(way.correlation())
        .build();
  }

  /** What is seldom and must neither be lost nor come twice, on the wire too, costs more. */
  private static MqttQos qos(Channel channel) {
    return switch (channel) {
      case AGENT_CHAT, USER_CHAT -> MqttQos.AT_LEAST_ONCE;
      case USER_SURVEY, INTERVENE -> MqttQos.EXACTLY_ONCE;
    };
  }

  private static Mqtt5PublishBuilder.Complete encode(
      Envelope envelope, String topic, MqttQos qos, Time time) {
    Message message = envelope.message();
    List<Mqtt5UserProperty> properties = new ArrayList<>(2);
    boolean toUser = topic.startsWith(USERS, topic.indexOf('/', "exps/".length()));
    if (toUser || message.to().equals(FOREIGN)) {
      properties.addAll(apart(envelope));
    } else {
      properties.add(Mqtt5UserProperty.of(HEAD, Head.write(envelope)));
    }
    properties.add(Mqtt5UserProperty.of(TRACE, message.trace().traceparent()));
    if (envelope.kind() != Kind.SEND) {
      properties.add(Mqtt5UserProperty.of(KIND, envelope.kind().name().toLowerCase(Locale.ROOT)));
    }
    UUID answers = envelope.answers();
    if (answers != null) {
      properties.add(Mqtt5UserProperty.of(ANSWERS, answers.toString()));
    }
    if (!envelope.waiting().isEmpty()) {
      String waiting =
          envelope.waiting().stream().map(AgentId::value).collect(Collectors.joining(","));
      properties.add(Mqtt5UserProperty.of(WAITING, waiting));
    }
    if (!message.deadline().isNone()) {
      long millis = message.deadline().remaining(time).toMillis();
      properties.add(Mqtt5UserProperty.of(REMAINING, Long.toString(millis)));
    }
    return Mqtt5Publish.builder()
        .topic(topic)
        .qos(qos)
        .payload(message.payload().json())
        .payloadFormatIndicator(Mqtt5PayloadFormatIndicator.UTF_8)
        .contentType("application/json")
        .userProperties(Mqtt5UserProperties.of(properties));
  }

  /** What a head says, in properties of their own, for those who read them by eye. */
  private static List<Mqtt5UserProperty> apart(Envelope envelope) {
    Message message = envelope.message();
    List<Mqtt5UserProperty> properties = new ArrayList<>();
    properties.add(Mqtt5UserProperty.of(ID, message.id().toString()));
    properties.add(Mqtt5UserProperty.of(FROM, message.from().value()));
    if (!message.payload().type().isEmpty()) {
      properties.add(Mqtt5UserProperty.of(TYPE, message.payload().type()));
    }
    Sequence sequence = envelope.sequence();
    if (sequence != null) {
      properties.add(
          Mqtt5UserProperty.of(SEQUENCE, sequence.incarnation() + "/" + sequence.number()));
    }
    return properties;
  }

  /**
   * Reads what {@link #encode} wrote, or what a foreign client sent.
   *
   * @throws IllegalArgumentException if it is malformed; the message says what
   */
  static Envelope decode(Mqtt5Publish publish, Time time) {
    return decode(publish, time, 0);
  }

  /** As {@link #decode(Mqtt5Publish, Time)}, of what arrived {@code elapsedMillis} ago. */
  static Envelope decode(Mqtt5Publish publish, Time time, long elapsedMillis) {
    List<String> levels = publish.getTopic().getLevels();
    boolean published = levels.size() == 4 && levels.get(2).equals("topics");
    if (!levels.get(0).equals("exps")
        || !(published || (levels.size() == 5 && levels.get(2).equals("agents")))) {
      throw new IllegalArgumentException(
          "topic is neither exps/<experiment>/agents/<agent>/<channel> nor"
              + " exps/<experiment>/topics/<topic>");
    }
    byte[] json = publish.getPayloadAsBytes();
    if (json.length == 0) {
      throw new IllegalArgumentException("payload is empty; it must be JSON");
    }
    Channel channel = published ? Channel.AGENT_CHAT : Channel.ofLevel(levels.get(4));
    Properties properties = Properties.of(publish);
    Head written = properties.find(HEAD, Head::read);
    Head head = written == null ? headOf(properties, channel) : written;
    Message message =
        new Message(
            head.id(),
            head.from(),
            AgentId.of(levels.get(3)),
            channel,
            Payload.encoded(head.type(), json),
            properties.get(TRACE, Trace::parse, Trace::start),
            properties.get(
                REMAINING, millis -> deadline(millis, elapsedMillis, time), () -> Deadline.NONE));
    return new Envelope(
        ExperimentId.of(levels.get(1)),
        properties.get(KIND, kind -> Kind.valueOf(kind.toUpperCase(Locale.ROOT)), () -> Kind.SEND),
        message,
        head.sequence(),
        properties.find(ANSWERS, UUID::fromString),
        properties.get(WAITING, Wire::agents, List::of));
  }

  /** What a foreign client says of its message in properties of their own, and what follows. */
  private static Head headOf(Properties properties, Channel channel) {
    String type = channel == Channel.INTERVENE ? INTERVENTION : "";
    return new Head(
        properties.get(ID, UUID::fromString, UUID::randomUUID),
        properties.get(FROM, AgentId::of, () -> FOREIGN),
        properties.find(SEQUENCE, Head::sequence),
        properties.get(TYPE, Function.identity(), () -> type));
  }

  private static Deadline deadline(String millis, long elapsedMillis, Time time) {
    long left = Long.parseLong(millis) - Math.max(0, elapsedMillis);
    return Deadline.after(Duration.ofMillis(Math.max(0, left)), time);
  }

  private static List<AgentId> agents(String list) {
    return Stream.of(list.split(",", -1)).map(AgentId::of).toList();
  }

  /** The user properties of a message; of several with one name, the first. */
  private record Properties(Map<String, String> values) {

    static Properties of(Mqtt5Publish publish) {
      Map<String, String> values = new HashMap<>();
      for (Mqtt5UserProperty property : publish.getUserProperties().asList()) {
        values.putIfAbsent(property.getName().toString(), property.getValue().toString());
      }
      return new Properties(values);
    }

    <T> T get(String name, Function<String, T> parser, Supplier<T> otherwise) {
      T value = find(name, parser);
      return value == null ? otherwise.get() : value;
    }

    <T> @Nullable T find(String name, Function<String, T> parser) {
      String value = values.get(name);
      try {
        return value == null ? null : parser.apply(value);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("user property %s is '%s'".formatted(name, value), e);
      }
    }
  }
}
