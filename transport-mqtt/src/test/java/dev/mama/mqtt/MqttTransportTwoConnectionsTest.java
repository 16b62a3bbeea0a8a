package dev.mama.mqtt;

import dev.mama.spi.Transport;
import dev.mama.testkit.TransportContract;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sender and receiver as in two processes. */
@ExtendWith(SharedBroker.class)
class MqttTransportTwoConnectionsTest extends TransportContract {

  @Override
  protected Transport open() throws InterruptedException {
    return MqttTransport.connect(SharedBroker.address());
  }

  @Override
  protected Transport openOther(Transport transport) throws InterruptedException {
    return MqttTransport.connect(SharedBroker.address());
  }
}
