package dev.mama.mqtt;

import dev.mama.spi.Transport;
import dev.mama.testkit.TransportContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedMosquitto.class)
class MosquittoTransportTest extends TransportContract {

  @Override
  protected Transport open() throws InterruptedException {
    return MqttTransport.connect(SharedMosquitto.broker().address());
  }

  @Override
  protected Transport openOther(Transport transport) throws InterruptedException {
    return MqttTransport.connect(SharedMosquitto.broker().address());
  }
}
