package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.runtime.Words.Count;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Sequence;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One sender that sends on many threads to agents elsewhere. */
@Timeout(20)
class OutboxTest {

  private static final AgentId SLOW = AgentId.of("slow");
  private static final AgentId QUICK = AgentId.of("quick");

  private final Wire wire = new Wire();

  @Test
  void send_anotherReceiverIsSlow_doesNotWaitForIt() throws Exception {
    var way = new CountDownLatch(1);
    wire.slow.put(SLOW, way);
    try (var group = AgentGroup.builder(EXPERIMENT).transport(wire).build();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Sender client = group.client("caller");
      var slow =
          threads.submit(() -> {
            client.send(SLOW, Payload.of(new Count(1)));
            return true;
          });
      try {
        await().until(() -> wire.sent.size() == 1);
        client.send(QUICK, Payload.of(new Count(2)));
        assertThat(slow).isNotDone();
      } finally {
        way.countDown();
      }
      assertThat(slow.get()).isTrue();
    }
  }

  @Test
  void send_manyThreadsToOneReceiver_handsOverOneByOneInTheOrderOfTheirNumbers() throws Exception {
    try (var group = AgentGroup.builder(EXPERIMENT).transport(wire).build();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Sender client = group.client("caller");
      var way = new CountDownLatch(1);
      wire.slow.put(SLOW, way);
      for (int i = 0; i < 100; i++) {
        int number = i;
        var unused =
            threads.submit(() -> {
              client.send(SLOW, Payload.of(new Count(number)));
              client.send(QUICK, Payload.of(new Count(number)));
              return true;
            });
      }
      await().until(() -> !wire.sent.isEmpty());
      assertThat(wire.sent).hasSize(1);
      way.countDown();
      await().until(() -> wire.sent.size() == 200);
    }
    for (AgentId receiver : List.of(SLOW, QUICK)) {
      assertThat(
              wire.sent.stream()
                  .filter(envelope -> envelope.message().to().equals(receiver))
                  .map(Envelope::sequence)
                  .map(Objects::requireNonNull)
                  .map(Sequence::number))
          .hasSize(100)
          .isSorted()
          .doesNotHaveDuplicates()
          .endsWith(100L);
    }
  }
}
