package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Networks fail, and no message is lost, handled twice or out of order. {@code -Dmama.drills=10}
 * runs ten seeds of each fault instead of one.
 */
@ExtendWith(SharedBroker.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MqttFaultTest {

  static final int MESSAGES = 10_000;

  static Stream<Arguments> drills() {
    int seeds = Integer.getInteger("mama.drills", 1);
    return LongStream.rangeClosed(1, seeds)
        .boxed()
        .flatMap(seed -> Stream.of(Fault.values()).map(fault -> Arguments.of(fault, seed)));
  }

  @ParameterizedTest
  @MethodSource("drills")
  void messages_networkFails_arriveOnceInOrder(Fault fault, long seed) throws Exception {
    var drill = drill(MqttOptions.defaults());

    Drill.Outcome outcome = drill.run(fault.name(), seed, fault::strike);

    assertThat(outcome.handled()).isEqualTo(MESSAGES);
    outcome.assertProvesSomething();
  }

  @ParameterizedTest
  @EnumSource(names = {"CUT", "HALF_OPEN"})
  void messages_networkFails_inboxOnDisk_arriveOnceInOrder(Fault fault, @TempDir Path folder)
      throws Exception {
    var drill = drill(MqttOptions.defaults().inbox(folder));

    Drill.Outcome outcome = drill.run(fault + " with inbox", 1, fault::strike);

    assertThat(outcome.handled()).isEqualTo(MESSAGES);
    outcome.assertProvesSomething();
  }

  @Test
  void messages_everyTenthIsDeliveredTwice_arriveOnceInOrder() throws Exception {
    var drill = drill(MqttOptions.defaults());
    try (var echo = Foreign.connect(SharedBroker.address());
        var threads = Executors.newSingleThreadExecutor()) {
      echo.subscribe("exps/" + drill.experiment() + "/agents/+/agent-chat", MqttQos.AT_LEAST_ONCE);
      var echoing =
          threads.submit(() -> {
            echoEveryTenth(echo);
            return null;
          });

      Drill.Outcome outcome = drill.run("DUPLICATES", 1, Fault.CUT::strike);

      echoing.cancel(true);
      assertThat(outcome.handled()).isEqualTo(MESSAGES);
      assertThat(outcome.duplicates()).isGreaterThan(outcome.redelivered());
      outcome.assertProvesSomething();
    }
  }

  /**
   * Publishes what it hears again, as it was, for every tenth message; what it said, too, so once.
   */
  private static void echoEveryTenth(Foreign echo) throws InterruptedException {
    var echoed = new HashSet<String>();
    for (int heard = 1; ; heard++) {
      Mqtt5Publish publish = echo.take();
      String id = publish.getUserProperties().toString();
      if (heard % 10 == 0 && echoed.add(id)) {
        var unused = echo.client().publish(publish);
      }
    }
  }

  private static Drill drill(MqttOptions options) {
    return new Drill(SharedBroker.broker().host(), SharedBroker.broker().port(), MESSAGES, options);
  }
}
