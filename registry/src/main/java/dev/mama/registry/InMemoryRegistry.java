package dev.mama.registry;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Time;
import dev.mama.spi.Registry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The cards and the liveness of all agents, in the memory of this process.
 *
 * <p>No call waits, and none is ever refused: it holds one entry for each registered agent until
 * the agent is retired. Silence takes nothing out; it only makes an agent count as not alive until
 * its next heartbeat. Silence is measured on {@link Time#nanos()}, so a change of the wall clock
 * neither kills nor revives anybody.
 *
 * <p>Thread-safe.
 */
public final class InMemoryRegistry implements Registry {

  /** The time to live of {@link #create()}: a heartbeat every 10 seconds may get lost twice. */
  public static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofSeconds(30);

  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final ConcurrentHashMap<AgentId, Registration> registrations = new ConcurrentHashMap<>();
  private final long timeToLiveNanos;
  private final Time time;

  private InMemoryRegistry(long timeToLiveNanos, Time time) {
    this.timeToLiveNanos = timeToLiveNanos;
    this.time = time;
  }

  /** An empty registry on the machine's clock, with {@link #DEFAULT_TIME_TO_LIVE}. */
  public static InMemoryRegistry create() {
    return create(DEFAULT_TIME_TO_LIVE, Time.system());
  }

  /**
   * An empty registry.
   *
   * @param timeToLive how long an agent counts as alive after it was last heard of; a small
   *     multiple of the interval between its heartbeats. At most 100 years
   * @throws IllegalArgumentException if {@code timeToLive} is not positive or too long
   */
  public static InMemoryRegistry create(Duration timeToLive, Time time) {
    if (!timeToLive.isPositive() || timeToLive.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "time to live %s must be positive and at most %s".formatted(timeToLive, LONGEST));
    }
    return new InMemoryRegistry(timeToLive.toNanos(), time);
  }

  @Override
  public void register(AgentCard card) {
    registrations.put(card.agent(), new Registration(card, new AtomicLong(time.nanos())));
  }

  @Override
  public boolean heartbeat(AgentId agent) {
    Registration registration = registrations.get(agent);
    if (registration == null) {
      return false;
    }
    registration.heardAt(time.nanos());
    return true;
  }

  @Override
  public boolean retire(AgentId agent) {
    return registrations.remove(agent) != null;
  }

  @Override
  public Optional<AgentCard> card(AgentId agent) {
    return Optional.ofNullable(registrations.get(agent)).map(Registration::card);
  }

  @Override
  public boolean isAlive(AgentId agent) {
    Registration registration = registrations.get(agent);
    return registration != null && isAlive(registration, time.nanos());
  }

  @Override
  public int size() {
    return registrations.size();
  }

  /** {@inheritDoc} Agents that come and go meanwhile may be counted or not. */
  @Override
  public int alive() {
    long now = time.nanos();
    int alive = 0;
    for (Registration registration : registrations.values()) {
      alive += isAlive(registration, now) ? 1 : 0;
    }
    return alive;
  }

  private boolean isAlive(Registration registration, long now) {
    return now - registration.lastHeardNanos.get() <= timeToLiveNanos;
  }

  private record Registration(AgentCard card, AtomicLong lastHeardNanos) {

    /** Moves forward only: of two heartbeats that race, the later one counts. */
    void heardAt(long nanos) {
      lastHeardNanos.accumulateAndGet(
          nanos, (before, heard) -> heard - before > 0 ? heard : before);
    }
  }
}
