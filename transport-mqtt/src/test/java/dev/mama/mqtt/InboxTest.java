package dev.mama.mqtt;

import static dev.mama.mqtt.Envelopes.ALICE;
import static dev.mama.mqtt.Envelopes.BOB;
import static dev.mama.mqtt.Envelopes.envelope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.mama.ExperimentId;
import dev.mama.journal.JournalException;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Sequence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The inbox on disk: what is in memory is bounded, what is not waits there. */
@ExtendWith(SharedBroker.class)
class InboxTest {

  private final ExperimentId experiment = Envelopes.newExperiment();
  private final Queue<Envelope> slow = new ConcurrentLinkedQueue<>();
  private final Queue<Envelope> quick = new ConcurrentLinkedQueue<>();

  @TempDir Path folder;

  private MqttTransport connect(MqttOptions options) throws InterruptedException {
    return MqttTransport.connect(
        SharedBroker.address().withClientId(experiment + "-here"), options.inbox(folder));
  }

  private static Sequence sequence(Envelope envelope) {
    return Objects.requireNonNull(envelope.sequence());
  }

  private static List<Long> numbers(Queue<Envelope> envelopes) {
    return envelopes.stream().map(e -> sequence(e).number()).toList();
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  /** One after the other, as they come, until there are {@code count}. */
  private static void handleAll(MqttTransport transport, Queue<Envelope> arriving, int count) {
    for (int done = 0; done < count; done++) {
      int next = done;
      await().pollInterval(Duration.ofMillis(1)).until(() -> arriving.size() > next);
      transport.handled(List.copyOf(arriving).get(done));
    }
  }

  @Test
  void arriving_agentIsSlow_waitsOnDisk_othersGoOn() throws Exception {
    try (var transport = connect(MqttOptions.defaults().held(1 << 20, 10))) {
      transport.subscribe(experiment, List.of(ALICE), slow::add);
      transport.subscribe(
          experiment,
          List.of(BOB),
          envelope -> {
            quick.add(envelope);
            transport.handled(envelope);
          });
      for (int number = 1; number <= 500; number++) {
        transport.send(envelope(experiment, ALICE, "for the slow one", number));
        transport.send(envelope(experiment, BOB, "for the quick one", number));
      }
      await().until(() -> quick.size() == 500);
      await().until(() -> transport.figures().waiting() == 490);
      assertThat(numbers(slow)).isEqualTo(upTo(10));
      assertThat(numbers(quick)).isEqualTo(upTo(500));

      handleAll(transport, slow, 500);
      assertThat(numbers(slow)).isEqualTo(upTo(500));
      await().until(() -> transport.figures().waiting() == 0);
    }
  }

  @Test
  void arriving_moreBytesThanMayBeHeld_waitsOnDisk() throws Exception {
    try (var transport = connect(MqttOptions.defaults().held(1 << 20, 100))) {
      transport.subscribe(experiment, List.of(BOB), quick::add);
      String large = "x".repeat(300_000);
      for (int number = 1; number <= 10; number++) {
        transport.send(envelope(experiment, BOB, large, number));
      }
      await().until(() -> transport.figures().waiting() == 7);
      handleAll(transport, quick, 10);
      assertThat(numbers(quick)).isEqualTo(upTo(10));
    }
  }

  @Test
  void reopened_unhandledComesAgain_handledDoesNot_andLinesGoOn() throws Exception {
    try (var sender = MqttTransport.connect(SharedBroker.address())) {
      try (var first = connect(MqttOptions.defaults())) {
        first.subscribe(experiment, List.of(BOB), quick::add);
        for (int number = 1; number <= 20; number++) {
          sender.send(envelope(experiment, BOB, "before", number));
        }
        await().until(() -> quick.size() == 20);
        quick.stream().limit(15).forEach(first::handled);
      }
      quick.clear();

      try (var second = connect(MqttOptions.defaults())) {
        second.subscribe(experiment, List.of(BOB), quick::add);
        for (int number = 18; number <= 25; number++) {
          sender.send(envelope(experiment, BOB, "some of it again", number));
        }
        await().until(() -> quick.size() == 10);
        assertThat(numbers(quick))
            .containsExactly(16L, 17L, 18L, 19L, 20L, 21L, 22L, 23L, 24L, 25L);
        assertThat(quick).allMatch(e -> sequence(e).before() == 15);
        await().until(() -> second.figures().repeated() == 3);
      }
    }
  }

  @Test
  void manyMessages_oldOnesAreForgotten_theLineIsNot() throws Exception {
    int many = 30_000;
    try (var sender = MqttTransport.connect(SharedBroker.address())) {
      try (var first = connect(MqttOptions.defaults())) {
        first.subscribe(
            experiment,
            List.of(BOB),
            envelope -> {
              quick.add(envelope);
              first.handled(envelope);
            });
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
          for (int lane = 0; lane < 20; lane++) {
            int start = lane;
            var unused =
                senders.submit(() -> {
                  for (int number = 1; number <= many / 20; number++) {
                    sender.send(Envelopes.from(experiment, "lane-" + start, BOB, number));
                  }
                  return null;
                });
          }
        }
        await().until(() -> quick.size() == many);
      }
      long kept;
      try (var files = Files.list(folder)) {
        kept = files.mapToLong(file -> file.toFile().length()).sum();
      }
      assertThat(kept).isLessThan(many * 300L);
      quick.clear();
      try (var second = connect(MqttOptions.defaults())) {
        second.subscribe(experiment, List.of(BOB), quick::add);
        sender.send(Envelopes.from(experiment, "lane-3", BOB, 5));
        sender.send(Envelopes.from(experiment, "lane-3", BOB, many / 20 + 1));
        await().until(() -> !quick.isEmpty());
        assertThat(numbers(quick)).containsExactly(many / 20 + 1L);
        assertThat(second.figures().repeated()).isEqualTo(1);
      }
    }
  }

  @Test
  void open_folderInUse_isRefusedAndSaysSo() throws Exception {
    try (var transport = connect(MqttOptions.defaults())) {
      assertThatExceptionOfType(JournalException.class)
          .isThrownBy(() ->
              MqttTransport.connect(SharedBroker.address(), MqttOptions.defaults().inbox(folder)))
          .withMessageContaining(folder.toString());
      assertThat(transport.name()).isEqualTo("mqtt");
    }
  }
}
