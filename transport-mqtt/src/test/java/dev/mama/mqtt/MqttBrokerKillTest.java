package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that keeps what it acknowledged on disk is killed with SIGKILL, and started again. */
class MqttBrokerKillTest {

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void messages_brokerKilled_arriveOnceInOrder(@TempDir Path folder) throws Exception {
    try (var broker = ChildBroker.start(folder)) {
      var drill =
          new Drill("127.0.0.1", broker.port(), MqttFaultTest.MESSAGES, MqttOptions.defaults());

      Drill.Outcome outcome = drill.run("BROKER_KILL", 1, proxy -> broker.killAndRestart());

      assertThat(outcome.handled()).isEqualTo(MqttFaultTest.MESSAGES);
      outcome.assertProvesSomething();
    }
  }
}
