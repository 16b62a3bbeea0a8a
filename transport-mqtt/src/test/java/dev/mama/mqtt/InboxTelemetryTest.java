package dev.mama.mqtt;

import static dev.mama.mqtt.Envelopes.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.mama.ExperimentId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What comes at QoS 0 faster than an inbox can write is dropped, and counted. */
@Timeout(60)
class InboxTelemetryTest {

  private static final int MOST = 10;
  private static final MqttFigures NOTHING = new MqttFigures(0, 0, 0, 0, 0, 0, 0, 0);
  private static final Routes.Filters NO_BROKER =
      new Routes.Filters() {
        @Override
        public void subscribe(List<String> filters) {}

        @Override
        public void unsubscribe(List<String> filters) {}
      };

  private final ExperimentId experiment = Envelopes.newExperiment();

  @TempDir Path folder;

  @Test
  void arrived_moreAtQosZeroThanMayWait_dropsAndCountsTheRest() throws Exception {
    MqttOptions options = MqttOptions.defaults();
    var routes = new Routes(options.time());
    var intake = new Intake(routes, options, MOST);
    InboxJournal inbox = InboxJournal.open(folder, 1 << 20, "telemetry", options, intake);
    var busy = new CountDownLatch(1);
    var goOn = new CompletableFuture<Void>();
    var delivered = new AtomicInteger();
    routes.subscribe(
        experiment,
        List.of(BOB),
        envelope -> {
          busy.countDown();
          delivered.incrementAndGet();
          goOn.join();
        },
        NO_BROKER);
    try {
      intake.keepIn(inbox);
      intake.arrived(telemetry(0));
      busy.await();
      for (int number = 1; number <= 30; number++) {
        intake.arrived(telemetry(number));
      }
      assertThat(intake.figures(NOTHING).dropped()).isEqualTo(30 - MOST);

      goOn.complete(null);
      await().until(() -> delivered.get() == 1 + MOST);
      intake.arrived(telemetry(31)); // there is room again
      await().until(() -> delivered.get() == 2 + MOST);
      assertThat(intake.figures(NOTHING).dropped()).isEqualTo(30 - MOST);
    } finally {
      goOn.complete(null);
      inbox.close();
      intake.close();
    }
  }

  private Mqtt5Publish telemetry(int number) {
    return Mqtt5Publish.builder()
        .topic("exps/" + experiment + "/agents/" + BOB + "/user-chat")
        .qos(MqttQos.AT_MOST_ONCE)
        .payload("{\"text\":\"%d\"}".formatted(number).getBytes(StandardCharsets.UTF_8))
        .build();
  }
}
