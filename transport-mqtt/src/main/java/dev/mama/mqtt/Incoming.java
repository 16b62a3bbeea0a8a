package dev.mama.mqtt;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.reactivex.subscribers.DisposableSubscriber;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What arrives on a connection; that there will be no more is no failure, also when it is heard
 * after the end.
 */
final class Incoming extends DisposableSubscriber<Mqtt5Publish> {

  private static final Logger log = LoggerFactory.getLogger(Incoming.class);

  private final MqttBroker broker;
  private final Consumer<Mqtt5Publish> receiver;

  Incoming(MqttBroker broker, Consumer<Mqtt5Publish> receiver) {
    this.broker = broker;
    this.receiver = receiver;
  }

  @Override
  public void onNext(Mqtt5Publish publish) {
    receiver.accept(publish);
  }

  @Override
  public void onError(Throwable ended) {
    log.debug("no more messages of MQTT broker {}", broker, ended);
  }

  @Override
  public void onComplete() {
    log.debug("no more messages of MQTT broker {}", broker);
  }
}
