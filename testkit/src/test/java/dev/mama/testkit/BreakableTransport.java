package dev.mama.testkit;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.runtime.InMemoryTransport;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import java.util.Collection;
import java.util.function.Consumer;

/** A right transport with places to break it. */
class BreakableTransport extends Relay {

  private final Transport right;

  BreakableTransport() {
    this(InMemoryTransport.open());
  }

  private BreakableTransport(Transport right) {
    super(right);
    this.right = right;
  }

  /** Hands what has come for an agent to its receiver. */
  void deliver(Envelope envelope, Consumer<Envelope> receiver) {
    receiver.accept(envelope);
  }

  @Override
  public void subscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
      throws InterruptedException {
    super.subscribe(experiment, agents, new Through(this, receiver));
  }

  @Override
  public void unsubscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
      throws InterruptedException {
    super.unsubscribe(experiment, agents, new Through(this, receiver));
  }

  /** Equal to another one that leads to the same receiver. */
  private record Through(BreakableTransport transport, Consumer<Envelope> receiver)
      implements Consumer<Envelope> {
    @Override
    public void accept(Envelope envelope) {
      transport.deliver(envelope, receiver);
    }
  }

  @Override
  public void close() {
    right.close();
  }
}
