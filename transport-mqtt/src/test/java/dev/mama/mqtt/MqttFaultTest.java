package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
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

  private static Drill drill(MqttOptions options) {
    return new Drill(SharedBroker.broker().host(), SharedBroker.broker().port(), MESSAGES, options);
  }
}
