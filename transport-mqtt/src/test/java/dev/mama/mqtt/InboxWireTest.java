package dev.mama.mqtt;

import static dev.mama.mqtt.Envelopes.BOB;
import static dev.mama.mqtt.Envelopes.envelope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.ExperimentId;
import dev.mama.spi.Envelope;
import dev.mama.testkit.FaultProxy;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What leaves a connection whose messages are taken over by an inbox on disk. */
@ExtendWith(SharedBroker.class)
class InboxWireTest {

  private static final int MESSAGES = 500;

  private final ExperimentId experiment = Envelopes.newExperiment();
  private final Queue<Envelope> arrived = new ConcurrentLinkedQueue<>();
  private final AtomicInteger writes = new AtomicInteger();

  @TempDir Path folder;

  @Test
  void acknowledge_manyAtOnce_leaveInFewWrites() throws Exception {
    var packets = new Packets();
    try (var sender = MqttTransport.connect(SharedBroker.address());
        var proxy =
            FaultProxy.start(SharedBroker.broker().host(), SharedBroker.broker().port(), packets);
        var transport =
            MqttTransport.connect(
                MqttBroker.at(proxy.host(), proxy.port()),
                MqttOptions.defaults().inbox(folder).held(1 << 20, MESSAGES))) {
      transport.subscribe(experiment, List.of(BOB), arrived::add);
      proxy.stall();
      for (int number = 1; number <= MESSAGES; number++) {
        sender.send(envelope(experiment, BOB, "all at once", number));
      }
      countWrites(transport);
      proxy.heal();
      await().until(() -> arrived.size() == MESSAGES);
      await().until(() -> packets.count(Packets.PUBACK) == MESSAGES);

      assertThat(writes.get()).isBetween(1, MESSAGES / 4);
    }
  }

  private void countWrites(MqttTransport transport) {
    Flushes.channel(transport.connection().client())
        .orElseThrow()
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void flush(ChannelHandlerContext context) {
                writes.incrementAndGet();
                context.flush();
              }
            });
  }
}
