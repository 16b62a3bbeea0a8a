package dev.mama.mqtt;

import dev.mama.spi.Transport;
import dev.mama.testkit.TransportTopicsContract;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedBroker.class)
class MqttTransportTwoConnectionsTopicsTest extends TransportTopicsContract {

  @Override
  protected Transport open() throws InterruptedException {
    return MqttTransport.connect(SharedBroker.address());
  }

  @Override
  protected Transport openOther(Transport transport) throws InterruptedException {
    return MqttTransport.connect(SharedBroker.address());
  }
}
