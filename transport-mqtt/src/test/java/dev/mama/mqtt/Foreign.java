package dev.mama.mqtt;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client that is not MAMA's. */
final class Foreign implements AutoCloseable {

  private final Mqtt5AsyncClient client;
  private final BlockingQueue<Mqtt5Publish> arrived = new LinkedBlockingQueue<>();

  private Foreign(String host, int port) {
    client = MqttClient.builder().useMqttVersion5().serverHost(host).serverPort(port).buildAsync();
    client.publishes(MqttGlobalPublishFilter.ALL, arrived::add);
    client.toBlocking().connect();
  }

  static Foreign connect(MqttBroker broker) {
    return new Foreign(broker.host(), broker.port());
  }

  Mqtt5AsyncClient client() {
    return client;
  }

  void subscribe(String filter, MqttQos qos) {
    client.toBlocking().subscribeWith().topicFilter(filter).qos(qos).send();
  }

  void publish(Mqtt5Publish publish) {
    client.toBlocking().publish(publish);
  }

  Mqtt5Publish take() throws InterruptedException {
    Mqtt5Publish publish = arrived.poll(30, TimeUnit.SECONDS);
    if (publish == null) {
      throw new AssertionError("nothing has come for 30 s");
    }
    return publish;
  }

  BlockingQueue<Mqtt5Publish> arrived() {
    return arrived;
  }

  @Override
  public void close() {
    client.toBlocking().disconnect();
  }
}
