package dev.mama.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.mama.ExperimentId;
import dev.mama.mqtt.MqttOptions.Announcement;
import dev.mama.spi.Presence;
import dev.mama.spi.Presence.State;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How presence looks in MQTT: a retained message per client on {@code
 * exps/<experiment>/presence/<client>}, whose last version is the client's will. Its payload is
 * JSON for people; the user properties {@code state} and {@code groups} say the same.
 */
final class PresenceWire {

  private static final String STATE = "state";
  private static final String GROUPS = "groups";

  /** The last word on a client that is gone is forgotten after a day. */
  private static final long EXPIRY_SECONDS = 86_400;

  private PresenceWire() {}

  static String filter(ExperimentId experiment) {
    return "exps/" + experiment + "/presence/+";
  }

  static boolean isPresence(Mqtt5Publish publish) {
    String topic = publish.getTopic().toString();
    return topic.startsWith("/presence/", topic.indexOf('/', "exps/".length()));
  }

  static ExperimentId experiment(Mqtt5Publish publish) {
    return ExperimentId.of(publish.getTopic().getLevels().get(1));
  }

  static Mqtt5Publish encode(String client, Announcement announcement, State state) {
    Set<String> groups = new TreeSet<>(announcement.groups());
    String word = state.name().toLowerCase(Locale.ROOT);
    String json =
        "{\"state\":\"%s\",\"groups\":[%s]}"
            .formatted(
                word, groups.stream().map(g -> '"' + g + '"').collect(Collectors.joining(",")));
    var builder =
        Mqtt5Publish.builder()
            .topic("exps/" + announcement.experiment() + "/presence/" + client)
            .qos(MqttQos.AT_LEAST_ONCE)
            .retain(true)
            .payload(json.getBytes(StandardCharsets.UTF_8))
            .contentType("application/json")
            .userProperties(
                Mqtt5UserProperties.of(
                    Mqtt5UserProperty.of(STATE, word),
                    Mqtt5UserProperty.of(GROUPS, String.join(",", groups))));
    return state == State.HERE
        ? builder.build()
        : builder.messageExpiryInterval(EXPIRY_SECONDS).build();
  }

  /**
   * @throws IllegalArgumentException if it is malformed
   */
  static Presence decode(Mqtt5Publish publish) {
    String state = property(publish, STATE);
    String groups = property(publish, GROUPS);
    return new Presence(
        publish.getTopic().getLevels().get(3),
        groups.isEmpty() ? Set.of() : Stream.of(groups.split(",", -1)).collect(Collectors.toSet()),
        State.valueOf(state.toUpperCase(Locale.ROOT)));
  }

  private static String property(Mqtt5Publish publish, String name) {
    return publish.getUserProperties().asList().stream()
        .filter(property -> property.getName().toString().equals(name))
        .map(property -> property.getValue().toString())
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("user property %s is missing".formatted(name)));
  }
}
