package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.TransportException;
import dev.mama.UnknownAgentException;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Sequence;
import dev.mama.spi.Presence;
import dev.mama.spi.Transport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Transport} within one process, for groups that share it.
 *
 * <p>One thread of its own hands all envelopes over, in the order they were accepted; nothing is
 * encoded. A sender waits while 1,024 envelopes are under way. An agent costs one entry in a map.
 *
 * <p>Thread-safe.
 */
public final class InMemoryTransport implements Transport {

  private static final Logger log = LoggerFactory.getLogger(InMemoryTransport.class);

  private static final int WINDOW = 1_024;
  private static final long CLOSE_SECONDS = 5;

  private final Map<Address, Consumer<Envelope>> receivers = new ConcurrentHashMap<>();
  private final Map<Topic, List<Consumer<Envelope>>> topics = new ConcurrentHashMap<>();
  private final BlockingQueue<Runnable> accepted = new LinkedBlockingQueue<>();

  private final PresenceBoard presence = new PresenceBoard();

  /** One permit per envelope between {@link #send} and the end of its delivery. */
  private final Semaphore window = new Semaphore(WINDOW, true);

  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread dispatcher =
      Thread.ofVirtual().name("mama-in-memory-transport").unstarted(this::dispatch);

  private record Address(ExperimentId experiment, AgentId agent) {}

  private record Topic(ExperimentId experiment, AgentId name) {}

  private InMemoryTransport() {}

  /** Opens a transport to which nobody has subscribed yet. */
  public static InMemoryTransport open() {
    var transport = new InMemoryTransport();
    transport.dispatcher.start();
    return transport;
  }

  @Override
  public String name() {
    return "in-memory";
  }

  @Override
  public void subscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver) {
    refuseIfClosed();
    agents.forEach(agent -> receivers.put(new Address(experiment, agent), receiver));
  }

  @Override
  public void unsubscribe(
      ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver) {
    agents.forEach(agent -> receivers.remove(new Address(experiment, agent), receiver));
  }

  @Override
  public void send(Envelope envelope) throws InterruptedException {
    Address address = new Address(envelope.experiment(), envelope.message().to());
    enter(envelope);
    try {
      refuseIfClosed();
      if (!receivers.containsKey(address)) {
        throw new UnknownAgentException(address.agent());
      }
    } catch (RuntimeException e) {
      window.release();
      throw e;
    }
    accepted.add(() -> {
      Consumer<Envelope> receiver = receivers.get(address);
      if (receiver != null) { // else it was unsubscribed after the envelope was accepted
        deliver(receiver, inLine(envelope));
      }
    });
  }

  @Override
  public void subscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver) {
    refuseIfClosed();
    topics.compute(
        new Topic(experiment, AgentId.of(topic)),
        (key, before) -> {
          var all = before == null ? new ArrayList<Consumer<Envelope>>() : new ArrayList<>(before);
          if (!all.contains(receiver)) {
            all.add(receiver);
          }
          return List.copyOf(all);
        });
  }

  @Override
  public void unsubscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver) {
    topics.computeIfPresent(
        new Topic(experiment, AgentId.of(topic)),
        (key, before) -> {
          var left = before.stream().filter(each -> !each.equals(receiver)).toList();
          return left.isEmpty() ? null : left;
        });
  }

  @Override
  public void publish(Envelope envelope) throws InterruptedException {
    if (envelope.sequence() != null) {
      throw new IllegalArgumentException(
          "what is published on topic '%s' has no place in a line; leave the sequence out"
              .formatted(envelope.message().to()));
    }
    enter(envelope);
    try {
      refuseIfClosed();
    } catch (RuntimeException e) {
      window.release();
      throw e;
    }
    Topic topic = new Topic(envelope.experiment(), envelope.message().to());
    accepted.add(() ->
        topics.getOrDefault(topic, List.of()).forEach(receiver -> deliver(receiver, envelope)));
  }

  /**
   * Tells those who watch {@code experiment} what has become of a process: nothing dies within one
   * process by itself, so whoever plays several says so.
   *
   * @throws TransportException if the transport is closed
   */
  public void announce(ExperimentId experiment, Presence news) {
    refuseIfClosed();
    presence.tell(experiment, news);
  }

  /** {@inheritDoc} What is told comes from {@link #announce}, on its caller's thread. */
  @Override
  public void watchPresence(ExperimentId experiment, Consumer<Presence> watcher) {
    refuseIfClosed();
    presence.watch(experiment, watcher);
  }

  private void enter(Envelope envelope) throws InterruptedException {
    if (Thread.currentThread().equals(dispatcher)) {
      throw new IllegalStateException(
          "a receiver sent to agent '%s' from within its call; hand the envelope over and return"
              .formatted(envelope.message().to()));
    }
    window.acquire();
  }

  /** Waits, at most 5 seconds, until what was accepted has been handed over. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    try {
      // All permits together: nothing is under way, and who comes later sees that it is closed.
      if (!window.tryAcquire(WINDOW, CLOSE_SECONDS, TimeUnit.SECONDS)) {
        log.warn("a receiver kept the in-memory transport waiting for {} s", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    dispatcher.interrupt();
    receivers.clear();
    topics.clear();
    window.release(WINDOW);
  }

  private void dispatch() {
    try {
      while (true) {
        Runnable delivery = accepted.take();
        try {
          delivery.run();
        } finally {
          window.release();
        }
      }
    } catch (InterruptedException e) {
      log.debug("in-memory transport closed");
    }
  }

  /**
   * Nothing is lost or overtaken here, so what is before the first that a receiver gets comes no
   * more: an earlier receiver of that agent had it.
   */
  private static Envelope inLine(Envelope envelope) {
    Sequence sequence = envelope.sequence();
    if (sequence == null || sequence.number() == 1 || sequence.before() > 0) {
      return envelope;
    }
    return envelope.withBefore(sequence.number() - 1);
  }

  private static void deliver(Consumer<Envelope> receiver, Envelope envelope) {
    try {
      receiver.accept(envelope);
    } catch (RuntimeException | Error e) {
      log.error("receiver of agent '{}' threw; the envelope is lost", envelope.message().to(), e);
    }
  }

  private void refuseIfClosed() {
    if (closed.get()) {
      throw new TransportException("in-memory transport is closed; open a new one", null);
    }
  }
}
