package dev.mama.bench;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.bench.MqttRing.Token;
import dev.mama.mqtt.MqttBroker;
import dev.mama.mqtt.MqttTransport;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Routing;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** Members of a ring that are agents, of one group, which send by {@code context.send}. */
final class MqttAgents implements AutoCloseable {

  private final MqttTransport transport;
  private final AgentGroup group;
  private final Sender starter;
  private final double startSeconds;

  /**
   * Starts members {@code first}, {@code first + step}, … of {@code members}.
   *
   * @param sendAll whether those of this group, too, are sent to over the broker
   */
  MqttAgents(
      MqttBroker broker,
      ExperimentId experiment,
      MqttRing ring,
      int members,
      int first,
      int step,
      boolean sendAll)
      throws InterruptedException {
    transport = MqttTransport.connect(broker);
    group =
        AgentGroup.builder(experiment)
            .name("ring-" + first)
            .transport(transport)
            .routing(sendAll ? Routing.BROKER : Routing.LOCAL_FIRST)
            .build();
    Agent passing =
        (message, context) -> {
          Token token = message.payload().as(Token.class);
          if (ring.arrived(token)) {
            Token next = ring.next(token);
            context.send(member(next.to()), Payload.of(next));
          }
        };
    group.define(AgentType.of("passing", () -> passing));
    List<AgentId> ids =
        IntStream.range(0, members)
            .filter(i -> i % step == first)
            .mapToObj(MqttAgents::member)
            .toList();
    long start = System.nanoTime();
    group.startAll(ids, "passing");
    startSeconds = (System.nanoTime() - start) / 1e9;
    starter = group.client("starter-" + first);
  }

  static AgentId member(int i) {
    return AgentId.of("member-" + i);
  }

  static ExperimentId newExperiment() {
    return ExperimentId.of("bench-" + UUID.randomUUID());
  }

  /** How long it took until all could be reached. */
  double startSeconds() {
    return startSeconds;
  }

  void send(Token token) throws InterruptedException {
    starter.send(member(token.to()), Payload.of(token));
  }

  @Override
  public void close() {
    group.close();
    transport.close();
  }
}
