package dev.mama.mqtt;

import com.hivemq.client.mqtt.exceptions.ConnectionFailedException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

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

  /** Why {@code broker} did not acknowledge {@code what}. */
  static String toAcknowledge(MqttBroker broker, String what, Throwable cause) {
    return switch (cause) {
      case TimeoutException late ->
          "MQTT broker %s did not acknowledge %s within %s; check the broker, or raise acknowledgeTimeout"
              .formatted(broker, what, broker.acknowledgeTimeout());
      case CancellationException closed ->
          "connection to MQTT broker %s was closed before it acknowledged %s"
              .formatted(broker, what);
      default ->
          "MQTT broker %s did not take %s (%s); check its access rules and limits"
              .formatted(broker, what, reason(cause));
    };
  }
}
