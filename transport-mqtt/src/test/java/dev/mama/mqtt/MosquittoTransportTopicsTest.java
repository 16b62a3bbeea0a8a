package dev.mama.mqtt;

import dev.mama.spi.Transport;
import dev.mama.testkit.TransportTopicsContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedMosquitto.class)
class MosquittoTransportTopicsTest extends TransportTopicsContract {

  @Override
  protected Transport open() throws InterruptedException {
    return MqttTransport.connect(SharedMosquitto.broker().address());
  }

  @Override
  protected Transport openOther(Transport transport) throws InterruptedException {
    return MqttTransport.connect(SharedMosquitto.broker().address());
  }
}
