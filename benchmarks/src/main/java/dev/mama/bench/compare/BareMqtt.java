package dev.mama.bench.compare;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The HiveMQ client as its guide shows it, without anything of ours: bytes to topics, handled in
 * its callback, published without waiting; or doing what a handler needs that may block: each
 * message handled on a virtual thread of its own, which waits until the broker has acknowledged
 * what it publishes.
 */
public final class BareMqtt implements AutoCloseable {

  private static final int FILTERS_PER_PACKET = 1_000;

  private final Mqtt5AsyncClient client;
  private final String prefix = "bare/" + UUID.randomUUID() + "/";
  private final MqttQos qos;
  private final boolean waiting;

  /**
   * Connects, and subscribes to {@code members} topics.
   *
   * @param waiting whether it handles on virtual threads and waits for acknowledgements
   */
  public BareMqtt(
      String host, int port, int members, int qos, boolean waiting, Consumer<byte[]> receiver) {
    this.waiting = waiting;
    this.qos =
        switch (qos) {
          case 0 -> MqttQos.AT_MOST_ONCE;
          case 1 -> MqttQos.AT_LEAST_ONCE;
          default -> MqttQos.EXACTLY_ONCE;
        };
    client = MqttClient.builder().useMqttVersion5().serverHost(host).serverPort(port).buildAsync();
    client.toBlocking().connect();
    client.publishes(
        MqttGlobalPublishFilter.ALL,
        publish -> {
          byte[] payload = publish.getPayloadAsBytes();
          if (waiting) {
            Thread.startVirtualThread(() -> receiver.accept(payload));
          } else {
            receiver.accept(payload);
          }
        });
    for (int from = 0; from < members; from += FILTERS_PER_PACKET) {
      client
          .toBlocking()
          .subscribe(
              Mqtt5Subscribe.builder()
                  .addSubscriptions(
                      IntStream.range(from, Math.min(members, from + FILTERS_PER_PACKET))
                          .mapToObj(i ->
                              Mqtt5Subscription.builder()
                                  .topicFilter(prefix + i)
                                  .qos(this.qos)
                                  .build()))
                  .build());
    }
  }

  /** Publishes, and waits for the acknowledgement if it was made so. */
  public void publish(int member, byte[] payload) {
    var acknowledged = client.publishWith().topic(prefix + member).qos(qos).payload(payload).send();
    if (waiting) {
      var unused = acknowledged.join();
    }
  }

  @Override
  public void close() {
    client.toBlocking().disconnect();
  }
}
