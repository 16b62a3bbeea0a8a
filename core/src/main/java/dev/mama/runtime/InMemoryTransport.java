package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.TransportException;
import dev.mama.UnknownAgentException;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import java.util.Collection;
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
  private final BlockingQueue<Envelope> accepted = new LinkedBlockingQueue<>();

  /** One permit per envelope between {@link #send} and the end of its delivery. */
  private final Semaphore window = new Semaphore(WINDOW, true);

  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread dispatcher =
      Thread.ofVirtual().name("mama-in-memory-transport").unstarted(this::dispatch);

  private record Address(ExperimentId experiment, AgentId agent) {}

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
  public void unsubscribe(ExperimentId experiment, Collection<AgentId> agents) {
    agents.forEach(agent -> receivers.remove(new Address(experiment, agent)));
  }

  @Override
  public void send(Envelope envelope) throws InterruptedException {
    if (Thread.currentThread().equals(dispatcher)) {
      throw new IllegalStateException(
          "a receiver sent to agent '%s' from within its call; hand the envelope over and return"
              .formatted(envelope.message().to()));
    }
    window.acquire();
    try {
      refuseIfClosed();
      if (!receivers.containsKey(address(envelope))) {
        throw new UnknownAgentException(envelope.message().to());
      }
    } catch (RuntimeException e) {
      window.release();
      throw e;
    }
    accepted.add(envelope);
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
    window.release(WINDOW);
  }

  private void dispatch() {
    try {
      while (true) {
        Envelope envelope = accepted.take();
        try {
          deliver(envelope);
        } finally {
          window.release();
        }
      }
    } catch (InterruptedException e) {
      log.debug("in-memory transport closed");
    }
  }

  private void deliver(Envelope envelope) {
    Consumer<Envelope> receiver = receivers.get(address(envelope));
    if (receiver == null) {
      return; // unsubscribed after it was accepted
    }
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

  private static Address address(Envelope envelope) {
    return new Address(envelope.experiment(), envelope.message().to());
  }
}
