package dev.mama.testkit;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.spi.Envelope;
import dev.mama.spi.Presence;
import dev.mama.spi.Transport;
import java.util.Collection;
import java.util.function.Consumer;

/** A transport that hands everything on to another one, for tests that change some of it. */
abstract class Relay implements Transport {

  private final Transport wire;

  Relay(Transport wire) {
    this.wire = wire;
  }

  @Override
  public String name() {
    return "relay";
  }

  @Override
  public void subscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
      throws InterruptedException {
    wire.subscribe(experiment, agents, receiver);
  }

  @Override
  public void unsubscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
      throws InterruptedException {
    wire.unsubscribe(experiment, agents, receiver);
  }

  @Override
  public void send(Envelope envelope) throws InterruptedException {
    wire.send(envelope);
  }

  @Override
  public void subscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
      throws InterruptedException {
    wire.subscribeTopic(experiment, topic, receiver);
  }

  @Override
  public void unsubscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
      throws InterruptedException {
    wire.unsubscribeTopic(experiment, topic, receiver);
  }

  @Override
  public void publish(Envelope envelope) throws InterruptedException {
    wire.publish(envelope);
  }

  @Override
  public void watchPresence(ExperimentId experiment, Consumer<Presence> watcher)
      throws InterruptedException {
    wire.watchPresence(experiment, watcher);
  }

  @Override
  public void handled(Envelope envelope) {
    wire.handled(envelope);
  }

  @Override
  public void close() {}
}
