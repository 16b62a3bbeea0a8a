package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The drills of {@link MqttFaultTest} against Mosquitto, and Mosquitto's own end. */
@ExtendWith(SharedMosquitto.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MosquittoFaultTest {

  static Stream<Arguments> drills() {
    // The client is the same; two faults show that Mosquitto is.
    return Integer.getInteger("mama.drills", 1) > 1
        ? MqttFaultTest.drills()
        : Stream.of(Arguments.of(Fault.CUT, 1L), Arguments.of(Fault.HALF_OPEN, 1L));
  }

  @ParameterizedTest
  @MethodSource("drills")
  void messages_networkFails_arriveOnceInOrder(Fault fault, long seed) throws Exception {
    Drill.Outcome outcome =
        drill(SharedMosquitto.broker()).run("mosquitto " + fault, seed, fault::strike);

    assertThat(outcome.handled()).isEqualTo(MqttFaultTest.MESSAGES);
    outcome.assertProvesSomething();
  }

  @Test
  void messages_brokerRestarted_arriveOnceInOrder(@TempDir Path folder) throws Exception {
    try (var broker = Mosquitto.start(folder, "allow_anonymous true")) {
      Drill.Outcome outcome = drill(broker).run("mosquitto RESTART", 1, proxy -> broker.restart());

      assertThat(outcome.handled()).isEqualTo(MqttFaultTest.MESSAGES);
      outcome.assertProvesSomething();
    }
  }

  @Test
  void messages_brokerKilledAfterItSaved_arriveOnceInOrder(@TempDir Path folder) throws Exception {
    try (var broker = Mosquitto.start(folder, "allow_anonymous true", "autosave_interval 1")) {
      Drill.Outcome outcome =
          drill(broker)
              .run(
                  "mosquitto KILL",
                  1,
                  proxy -> {
                    broker.awaitSave();
                    broker.killAndRestart();
                  });

      assertThat(outcome.handled()).isEqualTo(MqttFaultTest.MESSAGES);
      outcome.assertProvesSomething();
    }
  }

  private static Drill drill(Mosquitto broker) {
    return new Drill(Mosquitto.HOST, broker.port(), MqttFaultTest.MESSAGES, MqttOptions.defaults());
  }
}
