package dev.mama.mqtt;

import com.hivemq.client.mqtt.exceptions.ConnectionFailedException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;

/** What a broker or the network has against us, in words. */
final class Refusals {

  private Refusals() {}

  /** What to tell of a connection that was not made, in one line. */
  static String toConnect(MqttBroker broker, Throwable cause) {
    Object reason = reason(cause);
    return switch (cause) {
      case Mqtt5ConnAckException refused ->
          "MQTT broker %s refuses client '%s' (%s); check user, password and client id"
              .formatted(broker, broker.clientId(), reason);
      case ConnectionFailedException failed ->
          "no MQTT broker answers at %s (%s); start one there, or check host and port"
              .formatted(broker, reason);
      default ->
          "MQTT broker %s ended the connection (%s); check that it speaks MQTT 5 %s TLS"
              .formatted(broker, reason, broker.tls().isPresent() ? "over" : "without");
    };
  }

  /** Why it failed, as short as the client knows it. */
  static Object reason(Throwable failure) {
    return switch (failure) {
      case Mqtt5ConnAckException refused -> refused.getMqttMessage().getReasonCode();
      case Mqtt5PubAckException refused -> refused.getMqttMessage().getReasonCode();
      case Mqtt5PubRecException refused -> refused.getMqttMessage().getReasonCode();
      case Mqtt5SubAckException refused ->
          refused.getMqttMessage().getReasonCodes().stream().distinct().toList();
      case ConnectionFailedException failed when failed.getCause() != null ->
          String.valueOf(failed.getCause().getMessage());
      default -> String.valueOf(failure.getMessage());
    };
  }
}
