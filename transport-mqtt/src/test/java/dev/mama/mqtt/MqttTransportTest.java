package dev.mama.mqtt;

import dev.mama.spi.Transport;
import dev.mama.testkit.TransportContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedBroker.class)
class MqttTransportTest extends TransportContract {

  @Override
  protected Transport open() throws InterruptedException {
    return MqttTransport.connect(SharedBroker.address());
  }
}
