package dev.mama.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.mama.spi.Envelope;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where the answers to foreign clients' requests go: MQTT 5 response topic and correlation data, by
 * the id of the request, for an hour and 10,000 requests at most.
 *
 * <p>Thread-safe.
 */
final class Requests {

  private static final int MOST = 10_000;
  private static final long LIFE_NANOS = TimeUnit.HOURS.toNanos(1);

  /** Where an answer goes, and what tells its receiver which request it answers. */
  record Return(MqttTopic topic, @Nullable ByteBuffer correlation, long sinceNanos) {}

  private final Map<UUID, Return> open = new LinkedHashMap<>(); // by this

  /**
   * Remembers where the answer to {@code request} goes, if it says so.
   *
   * @throws IllegalArgumentException if it is to go where only others may send
   */
  static Optional<Return> returnOf(Mqtt5Publish request) {
    if (request.getResponseTopic().isEmpty()) {
      return Optional.empty();
    }
    MqttTopic topic = request.getResponseTopic().get();
    String allowed = "exps/" + request.getTopic().getLevels().get(1) + "/users/";
    // Else whoever may write to one agent could have us write to any other.
    if (!topic.toString().startsWith(allowed)) {
      throw new IllegalArgumentException(
          "response topic is '%s'; it must begin with %s".formatted(topic, allowed));
    }
    return Optional.of(
        new Return(topic, request.getCorrelationData().orElse(null), System.nanoTime()));
  }

  synchronized void remember(UUID request, Return way) {
    open.put(request, way);
    Iterator<Return> oldest = open.values().iterator();
    while (oldest.hasNext()) {
      Return first = oldest.next();
      if (open.size() <= MOST && System.nanoTime() - first.sinceNanos() < LIFE_NANOS) {
        break;
      }
      oldest.remove();
    }
  }

  /** Where {@code answer} goes if it answers such a request; asked once. */
  synchronized Optional<Return> take(Envelope answer) {
    UUID request = answer.answers();
    return request == null ? Optional.empty() : Optional.ofNullable(open.remove(request));
  }
}
