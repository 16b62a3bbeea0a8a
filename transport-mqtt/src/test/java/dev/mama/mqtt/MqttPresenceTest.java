package dev.mama.mqtt;

import dev.mama.ExperimentId;
import dev.mama.spi.Transport;
import dev.mama.testkit.FaultProxy;
import dev.mama.testkit.PresenceContract;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** Processes are connections, which die at a proxy and come back by themselves. */
@ExtendWith(SharedBroker.class)
class MqttPresenceTest extends PresenceContract {

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  @Override
  protected Transport open() throws InterruptedException {
    return MqttTransport.connect(SharedBroker.address());
  }

  @Override
  protected Member join(Transport transport, ExperimentId experiment, String... groups)
      throws Exception {
    var proxy = FaultProxy.start(SharedBroker.broker().host(), SharedBroker.broker().port());
    opened.push(proxy);
    MqttBroker broker = MqttBroker.at(proxy.host(), proxy.port());
    var process =
        MqttTransport.connect(broker, MqttOptions.defaults().presence(experiment, groups));
    opened.push(process);
    return new Member() {
      @Override
      public String name() {
        return broker.clientId();
      }

      @Override
      public void leave() {
        process.close();
      }

      @Override
      public void die() {
        proxy.cut();
      }

      @Override
      public void comeBack() {} // the client does by itself
    };
  }

  @AfterEach
  void closeProcesses() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }
}
