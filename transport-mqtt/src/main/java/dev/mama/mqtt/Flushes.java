package dev.mama.mqtt;

import com.hivemq.client.internal.mqtt.MqttClientConfig;
import com.hivemq.client.internal.mqtt.MqttClientConnectionConfig;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has what a client writes one right after the other leave in one system call. By itself it does so
 * for what it writes while it reads; what it is handed from elsewhere, such as the acknowledgements
 * of an inbox on disk, leaves packet by packet.
 *
 * <p>The client does not show its channel in its API, so this looks inside; with a client that has
 * changed there it does nothing but say so.
 */
final class Flushes {

  private static final Logger log = LoggerFactory.getLogger(Flushes.class);

  /** So many packets leave at the latest. */
  private static final int MOST = 256;

  private Flushes() {}

  /** Does so for the connection that {@code client} has now. */
  static void gather(Mqtt5Client client) {
    channel(client)
        .ifPresentOrElse(
            channel -> channel.pipeline().addFirst(new FlushConsolidationHandler(MOST, true)),
            () -> log.warn("the channel of the MQTT client cannot be found; it writes more often"));
  }

  /** The channel of the connection that {@code client} has now. */
  static Optional<Channel> channel(Mqtt5Client client) {
    if (client.getConfig() instanceof MqttClientConfig config) {
      MqttClientConnectionConfig connection = config.getRawConnectionConfig();
      return connection == null ? Optional.empty() : Optional.of(connection.getChannel());
    }
    return Optional.empty();
  }
}
