package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A transport that holds messages back, shuffles and doubles them by seed, and drops those it is
 * told to.
 */
final class UnrulyTransport implements Transport {

  private static final int HELD = 8;

  private final Transport transport = InMemoryTransport.open();
  private final Random random;
  private final Predicate<Envelope> dropped;
  private final List<Envelope> held = new ArrayList<>();

  UnrulyTransport(long seed, Predicate<Envelope> dropped) {
    this.random = new Random(seed);
    this.dropped = dropped;
  }

  @Override
  public String name() {
    return "unruly";
  }

  @Override
  public void subscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
      throws InterruptedException {
    transport.subscribe(experiment, agents, new Unordered(receiver));
  }

  /** Where order is not kept, what is behind in a line is not known. */
  private record Unordered(Consumer<Envelope> receiver) implements Consumer<Envelope> {
    @Override
    public void accept(Envelope envelope) {
      receiver.accept(envelope.withBefore(0));
    }
  }

  @Override
  public void unsubscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
      throws InterruptedException {
    transport.unsubscribe(experiment, agents, new Unordered(receiver));
  }

  @Override
  public synchronized void send(Envelope envelope) throws InterruptedException {
    if (dropped.test(envelope)) {
      return;
    }
    held.add(envelope);
    if (random.nextInt(4) == 0) {
      held.add(envelope);
    }
    if (held.size() >= HELD) {
      release();
    }
  }

  synchronized void release() throws InterruptedException {
    Collections.shuffle(held, random);
    for (Envelope envelope : held) {
      transport.send(envelope);
    }
    held.clear();
  }

  @Override
  public void subscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
      throws InterruptedException {
    transport.subscribeTopic(experiment, topic, receiver);
  }

  @Override
  public void unsubscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
      throws InterruptedException {
    transport.unsubscribeTopic(experiment, topic, receiver);
  }

  @Override
  public void publish(Envelope envelope) throws InterruptedException {
    transport.publish(envelope);
  }

  @Override
  public void close() {
    transport.close();
  }
}
