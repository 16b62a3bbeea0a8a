package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Trace;
import dev.mama.bench.MqttRing.Token;
import dev.mama.mqtt.MqttBroker;
import dev.mama.mqtt.MqttOptions;
import dev.mama.mqtt.MqttTransport;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Members of a ring that are subscribed to a transport, for the qualities that agents do not
 * choose: telemetry on a topic each (QoS 0), and surveys (QoS 2).
 */
final class MqttEnvelopes implements AutoCloseable {

  private static final AgentId NOBODY = AgentId.of("nobody");

  private final MqttTransport transport;
  private final ExperimentId experiment = MqttAgents.newExperiment();
  private final int qos;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  MqttEnvelopes(MqttBroker broker, MqttRing ring, int members, int qos)
      throws InterruptedException {
    this.qos = qos;
    transport = MqttTransport.connect(broker, MqttOptions.defaults().telemetry(Token.class));
    if (qos == 0) {
      for (int i = 0; i < members; i++) {
        transport.subscribeTopic(
            experiment, MqttAgents.member(i).value(), envelope -> arrived(ring, envelope));
      }
    } else {
      transport.subscribe(
          experiment,
          IntStream.range(0, members).mapToObj(MqttAgents::member).toList(),
          envelope -> arrived(ring, envelope));
    }
  }

  private void arrived(MqttRing ring, Envelope envelope) {
    Token token = envelope.message().payload().as(Token.class);
    if (ring.arrived(token)) {
      var unused =
          threads.submit(() -> {
            send(ring.next(token));
            return null;
          });
    }
  }

  void send(Token token) throws InterruptedException {
    var message =
        new Message(
            UUID.randomUUID(),
            NOBODY,
            MqttAgents.member(token.to()),
            qos == 0 ? Channel.AGENT_CHAT : Channel.USER_SURVEY,
            Payload.of(token),
            Trace.start(),
            Deadline.NONE);
    var envelope = new Envelope(experiment, Kind.SEND, message, null, null, List.of());
    if (qos == 0) {
      transport.publish(envelope);
    } else {
      transport.send(envelope);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    transport.close();
  }
}
