package dev.mama.testkit;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.Time;
import dev.mama.TransportException;
import dev.mama.UnknownAgentException;
import dev.mama.runtime.PresenceBoard;
import dev.mama.spi.Envelope;
import dev.mama.spi.Presence;
import dev.mama.spi.Transport;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A faulty network within one process: it delays, and so reorders, doubles and drops envelopes, by
 * a seed. Without faults it keeps the contract of a {@link Transport}.
 *
 * <p>It delivers on the thread of its {@link Time}; on a {@link SteppedMachine}'s its runs repeat.
 * A sender waits while 1,024 copies are under way.
 *
 * <p>Thread-safe.
 */
public final class UnrulyTransport implements Transport {

  private static final Logger LOG = LoggerFactory.getLogger(UnrulyTransport.class);
  private static final int WINDOW = 1_024;

  /**
   * What goes wrong.
   *
   * <p>Immutable.
   *
   * @param shortest every copy takes at least so long
   * @param longest and at most so long, drawn evenly; where it is more than {@code shortest},
   *     copies overtake each other
   * @param doubled share of envelopes that come twice, 0 to 1
   * @param dropped which envelopes do not come at all
   */
  public record Faults(
      Duration shortest, Duration longest, double doubled, Predicate<Envelope> dropped) {

    /** None: everything comes at once, in order. */
    public static final Faults NONE = new Faults(Duration.ZERO, Duration.ZERO, 0, e -> false);

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public Faults {
      if (shortest.isNegative() || longest.compareTo(shortest) < 0) {
        throw new IllegalArgumentException(
            "delays %s to %s must not be negative, nor the longest below the shortest"
                .formatted(shortest, longest));
      }
      if (!(doubled >= 0 && doubled <= 1)) {
        throw new IllegalArgumentException("doubled %s must be 0 to 1".formatted(doubled));
      }
    }

    /** The same with each copy taking from {@code shortest} to {@code longest}. */
    public Faults delayed(Duration shortest, Duration longest) {
      return new Faults(shortest, longest, doubled, dropped);
    }

    /** The same with {@code share} of the envelopes coming twice. */
    public Faults doubling(double share) {
      return new Faults(shortest, longest, share, dropped);
    }

    /** The same without those that {@code which} holds for. */
    public Faults dropping(Predicate<Envelope> which) {
      return new Faults(shortest, longest, doubled, which);
    }
  }

  private record Address(ExperimentId experiment, AgentId agent) {}

  private final Time time;
  private final Faults faults;
  private final Random random; // thread-safe; one draw after another only by the monitor
  private final Map<Address, Consumer<Envelope>> receivers = new ConcurrentHashMap<>();
  private final Map<Address, CopyOnWriteArrayList<Consumer<Envelope>>> topics =
      new ConcurrentHashMap<>();
  private final PresenceBoard presence = new PresenceBoard();
  private final Semaphore window = new Semaphore(WINDOW);
  private final AtomicLong copies = new AtomicLong();
  private final Set<Copy> underWay = new ConcurrentSkipListSet<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private UnrulyTransport(Time time, long seed, Faults faults) {
    this.time = time;
    this.faults = faults;
    this.random = new Random(seed);
  }

  /** Opens a transport with {@code faults}, drawn from {@code seed}. */
  public static UnrulyTransport open(Time time, long seed, Faults faults) {
    return new UnrulyTransport(time, seed, faults);
  }

  /** One delivery that is to come. */
  private final class Copy implements Runnable, Comparable<Copy> {
    private final long number = copies.getAndIncrement();
    private final Runnable delivery;

    Copy(Runnable delivery) {
      this.delivery = delivery;
    }

    @Override
    public void run() {
      if (underWay.remove(this)) {
        try {
          delivery.run();
        } finally {
          window.release();
        }
      }
    }

    @Override
    public int compareTo(Copy other) {
      return Long.compare(number, other.number);
    }
  }

  @Override
  public String name() {
    return "unruly";
  }

  /** Copies that are still to come. */
  public int underWay() {
    return underWay.size();
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
    refuseIfClosed();
    if (!receivers.containsKey(address(envelope))) {
      throw new UnknownAgentException(envelope.message().to());
    }
    dispatch(
        envelope,
        () -> {
          // Unsubscribed since it was accepted, where there is none.
          Consumer<Envelope> receiver = receivers.get(address(envelope));
          if (receiver != null) {
            deliver(receiver, envelope);
          }
        });
  }

  private void dispatch(Envelope envelope, Runnable delivery) throws InterruptedException {
    for (Duration delay : draw(envelope)) {
      window.acquire();
      var copy = new Copy(delivery);
      underWay.add(copy);
      var unused = time.schedule(delay, copy);
    }
  }

  @Override
  public void subscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver) {
    refuseIfClosed();
    topics
        .computeIfAbsent(
            new Address(experiment, AgentId.of(topic)), name -> new CopyOnWriteArrayList<>())
        .addIfAbsent(receiver);
  }

  @Override
  public void unsubscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver) {
    topics
        .getOrDefault(new Address(experiment, AgentId.of(topic)), new CopyOnWriteArrayList<>())
        .remove(receiver);
  }

  @Override
  public void publish(Envelope envelope) throws InterruptedException {
    if (envelope.sequence() != null) {
      throw new IllegalArgumentException(
          "what is published on topic '%s' has no place in a line; leave the sequence out"
              .formatted(envelope.message().to()));
    }
    refuseIfClosed();
    dispatch(
        envelope,
        () ->
            topics
                .getOrDefault(address(envelope), new CopyOnWriteArrayList<>())
                .forEach(receiver -> deliver(receiver, envelope)));
  }

  /**
   * Tells those who watch {@code experiment} at once what has become of a process.
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

  /** How long each copy takes; by the monitor, so that one envelope's draws stay together. */
  private synchronized List<Duration> draw(Envelope envelope) {
    if (faults.dropped().test(envelope)) {
      return List.of();
    }
    Duration first = delay();
    return random.nextDouble() < faults.doubled() ? List.of(first, delay()) : List.of(first);
  }

  private Duration delay() {
    long spread = faults.longest().minus(faults.shortest()).toNanos();
    return spread == 0
        ? faults.shortest()
        : faults.shortest().plusNanos((long) (random.nextDouble() * spread));
  }

  private static void deliver(Consumer<Envelope> receiver, Envelope envelope) {
    try {
      receiver.accept(envelope);
    } catch (RuntimeException | Error e) {
      LOG.error("receiver of agent '{}' threw; the envelope is lost", envelope.message().to(), e);
    }
  }

  /** Hands over at once what is still to come, then ends all deliveries. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      underWay.forEach(Copy::run);
      receivers.clear();
      topics.clear();
    }
  }

  private void refuseIfClosed() {
    if (closed.get()) {
      throw new TransportException("unruly transport is closed; open a new one", null);
    }
  }

  private static Address address(Envelope envelope) {
    return new Address(envelope.experiment(), envelope.message().to());
  }
}
