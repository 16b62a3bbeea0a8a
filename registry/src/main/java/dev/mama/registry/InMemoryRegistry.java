package dev.mama.registry;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Time;
import dev.mama.spi.Registry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The cards and the liveness of all agents, in the memory of this process.
 *
 * <p>No call waits, and none is ever refused: it holds one entry for each registered agent until
 * the agent is retired. Silence takes nothing out; it only makes an agent count as suspected, and
 * later as gone, until its next heartbeat. Silence is measured on {@link Time#nanos()}, so a change
 * of the wall clock neither kills nor revives anybody.
 *
 * <p>An agent that a writer registered lives as long as the writer is heard of: one heartbeat, or
 * the news that the writer's process was lost, is one write for all of its agents, however many.
 * What became of each is worked out when somebody asks, or in one walk over all by {@link #sweep}.
 *
 * <p>Thread-safe.
 */
public final class InMemoryRegistry implements Registry {

  /** The time to live of {@link #create()}: a heartbeat every 10 seconds may get lost twice. */
  public static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofSeconds(30);

  /** After how many times to live a silent agent is gone, unless it is said otherwise. */
  private static final int GONE_AFTER = 10;

  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final ConcurrentHashMap<AgentId, Registration> registrations = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Pulse> writers = new ConcurrentHashMap<>();
  private final List<Consumer<RegistryChange>> listeners = new CopyOnWriteArrayList<>();
  private final long timeToLiveNanos;
  private final long goneAfterNanos;
  private final Time time;

  private InMemoryRegistry(long timeToLiveNanos, long goneAfterNanos, Time time) {
    this.timeToLiveNanos = timeToLiveNanos;
    this.goneAfterNanos = goneAfterNanos;
    this.time = time;
  }

  /** An empty registry on the machine's clock, with {@link #DEFAULT_TIME_TO_LIVE}. */
  public static InMemoryRegistry create() {
    return create(DEFAULT_TIME_TO_LIVE, Time.system());
  }

  /**
   * An empty registry in which silent agents are gone after ten times to live.
   *
   * @param timeToLive how long an agent counts as alive after it was last heard of; a small
   *     multiple of the interval between its heartbeats. At most 100 years
   * @throws IllegalArgumentException if {@code timeToLive} is not positive or too long
   */
  public static InMemoryRegistry create(Duration timeToLive, Time time) {
    long nanos = nanos("time to live", timeToLive);
    return new InMemoryRegistry(
        nanos,
        nanos > LONGEST.toNanos() / GONE_AFTER ? LONGEST.toNanos() : nanos * GONE_AFTER,
        time);
  }

  /**
   * An empty registry.
   *
   * @param timeToLive how long an agent counts as alive after it was last heard of
   * @param goneAfter how long after it was last heard of it counts as gone, not less
   * @throws IllegalArgumentException if one is not positive or more than 100 years, or {@code
   *     goneAfter} is less than {@code timeToLive}
   */
  public static InMemoryRegistry create(Duration timeToLive, Duration goneAfter, Time time) {
    if (goneAfter.compareTo(timeToLive) < 0) {
      throw new IllegalArgumentException(
          "gone after %s must not be less than time to live %s".formatted(goneAfter, timeToLive));
    }
    return new InMemoryRegistry(
        nanos("time to live", timeToLive), nanos("gone after", goneAfter), time);
  }

  private static long nanos(String what, Duration duration) {
    if (!duration.isPositive() || duration.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "%s %s must be positive and at most %s".formatted(what, duration, LONGEST));
    }
    return duration.toNanos();
  }

  /** Tells {@code listener} of each change from now on, on the thread that makes it. */
  public void onChange(Consumer<RegistryChange> listener) {
    listeners.add(listener);
  }

  @Override
  public void register(AgentCard card) {
    put(new Registration(card, null, new Pulse(time.nanos())));
  }

  /**
   * Registers {@code card} for {@code writer}, whose heartbeats are the agent's; replaces the card
   * that the agent has.
   */
  public void register(AgentCard card, String writer) {
    long now = time.nanos();
    Pulse pulse =
        writers.compute( // as one step: it may be taken out for its silence
            writer,
            (name, known) -> {
              Pulse heard = known == null ? new Pulse(now) : known;
              heard.heardAt(now);
              return heard;
            });
    put(new Registration(card, writer, pulse));
  }

  private void put(Registration registration) {
    registrations.put(registration.card.agent(), registration);
    tell(new RegistryChange.Registered(registration.card));
  }

  @Override
  public boolean heartbeat(AgentId agent) {
    Registration registration = registrations.get(agent);
    if (registration == null) {
      return false;
    }
    registration.pulse.heardAt(time.nanos());
    return true;
  }

  /** Whether {@code writer} has registered an agent, and has not been taken out as gone. */
  boolean knows(String writer) {
    return writers.containsKey(writer);
  }

  /**
   * Tells that all agents of {@code writer} are alive; false if it has registered none, or those
   * were taken out as gone.
   */
  public boolean heartbeatOf(String writer) {
    Pulse pulse = writers.get(writer);
    if (pulse != null) {
      pulse.heardAt(time.nanos());
    }
    return pulse != null;
  }

  /**
   * Tells that {@code writer}'s process was lost: its agents are suspected at once, until it is
   * heard of again. For the transport's last will.
   */
  public void lost(String writer) {
    tell(writer, Liveness.State.SUSPECTED);
  }

  /** Tells that {@code writer}'s process has left: its agents are gone at once. */
  public void left(String writer) {
    tell(writer, Liveness.State.GONE);
  }

  private void tell(String writer, Liveness.State state) {
    Pulse pulse = writers.get(writer);
    if (pulse != null) {
      pulse.told(state, time.nanos());
    }
  }

  @Override
  public boolean retire(AgentId agent) {
    boolean wasThere = registrations.remove(agent) != null;
    if (wasThere) {
      tell(new RegistryChange.Retired(agent));
    }
    return wasThere;
  }

  @Override
  public Optional<AgentCard> card(AgentId agent) {
    return Optional.ofNullable(registrations.get(agent)).map(it -> it.card);
  }

  /** Who registered {@code agent}; empty if it is not registered, or registered itself. */
  public Optional<String> writer(AgentId agent) {
    return Optional.ofNullable(registrations.get(agent)).map(it -> it.writer);
  }

  @Override
  public boolean isAlive(AgentId agent) {
    Registration registration = registrations.get(agent);
    return registration != null && read(registration, time.nanos()).state() == Liveness.State.ALIVE;
  }

  /** How {@code agent} is, and since when; empty if it is not registered. */
  public Optional<Liveness> liveness(AgentId agent) {
    long now = time.nanos();
    return Optional.ofNullable(registrations.get(agent)).map(it -> liveness(it, now));
  }

  /** The ids of all that are registered now. */
  List<AgentId> agents() {
    return List.copyOf(registrations.keySet());
  }

  /** {@code agent} as others are told of it; empty if it is not registered. */
  Optional<Listed> listed(AgentId agent) {
    long now = time.nanos();
    return Optional.ofNullable(registrations.get(agent))
        .map(it -> Listed.of(it.card, liveness(it, now)));
  }

  private Liveness liveness(Registration registration, long now) {
    Pulse.Reading reading = read(registration, now);
    return new Liveness(reading.state(), time.now().minusNanos(now - reading.sinceNanos()));
  }

  private Pulse.Reading read(Registration registration, long now) {
    return registration.pulse.read(now, timeToLiveNanos, goneAfterNanos);
  }

  private boolean isGone(Pulse pulse, long now) {
    return pulse.read(now, timeToLiveNanos, goneAfterNanos).state() == Liveness.State.GONE;
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
      alive += read(registration, now).state() == Liveness.State.ALIVE ? 1 : 0;
    }
    return alive;
  }

  /**
   * Looks at each agent once, and tells the listeners of those whose state has changed since the
   * last sweep.
   *
   * @return how many have changed
   */
  public int sweep() {
    long now = time.nanos();
    int changed = 0;
    for (Registration registration : registrations.values()) {
      Liveness.State state = read(registration, now).state();
      if (state != registration.told) {
        registration.told = state;
        changed++;
        if (!listeners.isEmpty()) {
          tell(new RegistryChange.Changed(registration.card.agent(), liveness(registration, now)));
        }
      }
    }
    return changed;
  }

  /**
   * Takes out the agents that are gone, and returns how many those were. Writers that are gone are
   * known no more: they register again when they come back.
   */
  public int retireGone() {
    long now = time.nanos();
    for (String writer : writers.keySet()) { // first, so that none lives on without its agents
      var unused =
          writers.computeIfPresent(writer, (name, pulse) -> isGone(pulse, now) ? null : pulse);
    }
    Predicate<Registration> gone = it -> isGone(it.pulse, now);
    int retired = 0;
    for (Registration registration : registrations.values()) {
      AgentId agent = registration.card.agent();
      if (gone.test(registration) && registrations.remove(agent, registration)) {
        retired++;
        tell(new RegistryChange.Retired(agent));
      }
    }
    return retired;
  }

  private void tell(RegistryChange change) {
    listeners.forEach(listener -> listener.accept(change));
  }

  private static final class Registration {

    private final AgentCard card;
    private final @Nullable String writer;
    private final Pulse pulse;

    /** What the listeners were told last; written by sweeps only. */
    private volatile Liveness.State told = Liveness.State.ALIVE;

    Registration(AgentCard card, @Nullable String writer, Pulse pulse) {
      this.card = card;
      this.writer = writer;
      this.pulse = pulse;
    }
  }
}
