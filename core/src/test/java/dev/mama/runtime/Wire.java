package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Trace;
import dev.mama.TransportException;
import dev.mama.runtime.Words.Count;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import dev.mama.spi.Envelope.Sequence;
import dev.mama.spi.Transport;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The other end of a transport, in a test's hand; {@link #FAR} is there. */
final class Wire implements Transport {

  static final AgentId FAR = AgentId.of("far");
  final List<Envelope> sent = new CopyOnWriteArrayList<>();
  final List<Envelope> handled = new CopyOnWriteArrayList<>();
  final Map<String, Consumer<Envelope>> topics = new ConcurrentHashMap<>();
  final AtomicBoolean down = new AtomicBoolean();
  final AtomicInteger refused = new AtomicInteger();

  /** Those to whom a message is taken over only once this lets it. */
  final Map<AgentId, CountDownLatch> slow = new ConcurrentHashMap<>();

  /** Whether the next message that is handled makes the transport stumble. */
  final AtomicBoolean stumbles = new AtomicBoolean();

  volatile Consumer<Envelope> receiver = envelope -> {};

  @Override
  public String name() {
    return "by hand";
  }

  @Override
  public void subscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> to) {
    check();
    receiver = to;
  }

  @Override
  public void unsubscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> from) {}

  @Override
  public void send(Envelope envelope) throws InterruptedException {
    check();
    sent.add(envelope);
    CountDownLatch way = slow.get(envelope.message().to());
    if (way != null) {
      way.await();
    }
  }

  @Override
  public void subscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> to) {
    check();
    topics.put(topic, to);
  }

  @Override
  public void unsubscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> to) {
    topics.remove(topic, to);
  }

  @Override
  public void publish(Envelope envelope) {}

  @Override
  public void handled(Envelope envelope) {
    if (stumbles.compareAndSet(true, false)) {
      throw new IllegalStateException("stumbled");
    }
    if (envelope.sequence() != null) { // else it has never been here
      handled.add(envelope);
    }
  }

  @Override
  public void close() {}

  private void check() {
    if (down.get()) {
      refused.incrementAndGet();
      throw new TransportException("down", null);
    }
  }

  void deliver(AgentId to, long incarnation, long number) {
    receiver.accept(
        new Envelope(
            Ledger.EXPERIMENT,
            Kind.SEND,
            new Message(
                incarnation,
                number,
                FAR,
                to,
                Channel.AGENT_CHAT,
                Payload.of(new Count((int) number)),
                Trace.start(),
                Deadline.NONE),
            new Sequence(incarnation, number),
            null,
            List.of()));
  }

  List<Sequence> sequences() {
    return sent.stream().map(Envelope::sequence).filter(Objects::nonNull).toList();
  }

  List<Integer> numbers() {
    return sent.stream().map(e -> e.message().payload().as(Count.class).number()).toList();
  }
}
