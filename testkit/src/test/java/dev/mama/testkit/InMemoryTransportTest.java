package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Trace;
import dev.mama.UnknownAgentException;
import dev.mama.runtime.InMemoryTransport;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class InMemoryTransportTest extends TransportContract {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp");
  private static final AgentId AGENT = AgentId.of("agent");

  @Override
  protected Transport open() {
    return InMemoryTransport.open();
  }

  @Test
  void send_nobodySubscribed_isUnknown() {
    try (var transport = InMemoryTransport.open()) {
      assertThatExceptionOfType(UnknownAgentException.class)
          .isThrownBy(() -> transport.send(envelope()))
          .withMessageContaining("'agent'");
    }
  }

  @Test
  void send_windowFull_waitsForTheReceiver() throws Exception {
    var release = new CountDownLatch(1);
    var sent = new AtomicInteger();
    var arrived = new AtomicInteger();
    try (var transport = InMemoryTransport.open();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      transport.subscribe(
          EXPERIMENT,
          List.of(AGENT),
          envelope -> {
            awaitUnchecked(release);
            arrived.incrementAndGet();
          });
      var sending =
          threads.submit(() -> {
            for (int i = 0; i < 2_000; i++) {
              transport.send(envelope());
              sent.incrementAndGet();
            }
            return null;
          });

      await().untilAtomic(sent, n -> assertThat(n).isEqualTo(1_024));
      assertThat(sending).isNotDone();
      assertThat(arrived).hasValue(0);

      release.countDown();
      sending.get();
      await().untilAtomic(arrived, n -> assertThat(n).isEqualTo(2_000));
    }
  }

  @Test
  void close_envelopesUnderWay_handsThemOverFirst() throws Exception {
    var arrived = new AtomicInteger();
    var transport = InMemoryTransport.open();
    transport.subscribe(EXPERIMENT, List.of(AGENT), envelope -> arrived.incrementAndGet());
    for (int i = 0; i < 500; i++) {
      transport.send(envelope());
    }

    transport.close();

    assertThat(arrived).hasValue(500);
  }

  @Test
  void send_fromWithinTheReceiver_isRefused() throws Exception {
    var refusal = new AtomicReference<Exception>();
    try (var transport = InMemoryTransport.open()) {
      transport.subscribe(
          EXPERIMENT,
          List.of(AGENT),
          envelope -> {
            try {
              transport.send(envelope);
            } catch (InterruptedException | RuntimeException e) {
              refusal.set(e);
            }
          });
      transport.send(envelope());

      await().until(() -> refusal.get() != null);
      assertThat(refusal.get())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("hand the envelope over");
    }
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Envelope envelope() {
    var message =
        new Message(
            UUID.randomUUID(),
            AgentId.of("sender"),
            AGENT,
            Channel.AGENT_CHAT,
            Payload.text("hello"),
            Trace.start(),
            Deadline.NONE);
    return new Envelope(EXPERIMENT, Envelope.Kind.SEND, message, null, null, List.of());
  }
}
