package dev.mama.registry;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Payload;
import dev.mama.Time;
import dev.mama.registry.CopyWire.RegistryNews;
import dev.mama.registry.CopyWire.RegistryTick;
import dev.mama.runtime.AgentGroup;
import dev.mama.spi.Registry;
import dev.mama.spi.TrustLedger;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A group's copy of its experiment's registry, which a {@link RegistryAgent} elsewhere owns: read
 * without waiting, and never asked over the wire.
 *
 * <p>What this group registers and retires counts here at once, and is told to the owner in
 * batches, as often as it looks (twice a second); so is one heartbeat for all of the group's agents
 * that are alive, every 10 seconds. An agent that the owner refuses is taken out again, which the
 * log says. How other groups' agents are is as the owner told last: news are numbered, and a copy
 * that has missed some, or meets another owner, reads a snapshot. Where the owner has not been
 * heard of for the time to live, nobody elsewhere counts as alive.
 *
 * <p>Where the owner takes an agent for another group's, this group's card comes back once the
 * other one has retired it, or is gone.
 *
 * <p>It holds one entry for each agent of the experiment, and at most 64 news that came too early.
 *
 * <p>Thread-safe.
 */
public final class RegistryCopy implements Registry {

  private static final int MOST_TOLD = PmlJson.MAX_MESSAGES / 2;

  /** So often the owner is told of an agent that it takes for another group's. */
  private static final int MOST_REFUSALS = 5;

  private final InMemoryRegistry own;
  private final Map<AgentId, Listed> elsewhere = new ConcurrentHashMap<>();

  /** This group's agents that the owner has taken for others'; by the monitor. */
  private final Map<AgentId, Refused> refused = new HashMap<>();

  private final Set<AgentId> untold = ConcurrentHashMap.newKeySet();
  private final CopiedTrust trust = new CopiedTrust();
  private final List<Consumer<RegistryChange>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong snapshots = new AtomicLong();
  private final Duration timeToLive;
  private final Duration look;
  private final Time time;
  private volatile @Nullable Long ownerHeardNanos;

  private record Refused(AgentCard card, int times) {}

  private RegistryCopy(Duration timeToLive, Duration look, Time time) {
    this.own = InMemoryRegistry.create(timeToLive, time);
    this.timeToLive = timeToLive;
    this.look = look;
    this.time = time;
    own.onChange(this::tell);
  }

  /** A copy on {@code time}'s clock, empty until a group has {@link #join joined} with it. */
  public static RegistryCopy of(Time time) {
    return of(InMemoryRegistry.DEFAULT_TIME_TO_LIVE, RegistryAgent.LOOK, time);
  }

  static RegistryCopy of(Duration timeToLive, Duration look, Time time) {
    return new RegistryCopy(timeToLive, look, time);
  }

  /**
   * Keeps this copy by an agent of {@code group}, {@code registry-copy.<group>}, and writes to the
   * owner in the group's name, unsigned. Once for each copy.
   *
   * @throws IllegalArgumentException if the group's name is not of the form of an agent id
   * @throws dev.mama.TransportException if the group's transport refuses
   * @throws InterruptedException if interrupted while waiting for the transport
   */
  public void join(AgentGroup group) throws InterruptedException {
    join(group, null);
  }

  /**
   * As {@link #join(AgentGroup)}, signed.
   *
   * @param key the group's, of Ed25519
   */
  public void joinSigning(AgentGroup group, PrivateKey key) throws InterruptedException {
    join(group, key);
  }

  private void join(AgentGroup group, @Nullable PrivateKey key) throws InterruptedException {
    AgentId keeper = AgentId.of("registry-copy." + group.name());
    var clients =
        new CopyKeeper.Clients() {
          private long last;

          @Override
          public RegistryClient next(Consumer<PmlAnswer> late) {
            last = Math.max(last + 1, time.now().toEpochMilli());
            PmlWriter writer =
                key == null
                    ? PmlWriter.of(group.experiment(), group.name(), last)
                    : PmlWriter.signing(group.experiment(), group.name(), last, key);
            return RegistryClient.of(writer, CopyKeeper.ANSWER_LIMIT, late);
          }
        };
    group.define(AgentType.of("registry-copy", () -> new CopyKeeper(this, clients, look, time)));
    group.start(keeper, "registry-copy");
    group.client(keeper.value() + ".clock").send(keeper, Payload.of(new RegistryTick()));
  }

  /**
   * Tells {@code listener} of each change from now on, of this group's agents and others', on the
   * thread that makes it or learns of it; it must not wait.
   */
  public void onChange(Consumer<RegistryChange> listener) {
    listeners.add(listener);
  }

  private void tell(RegistryChange change) {
    listeners.forEach(listener -> listener.accept(change));
  }

  @Override
  public synchronized void register(AgentCard card) {
    refused.remove(card.agent());
    enter(card);
  }

  private void enter(AgentCard card) {
    own.register(card);
    elsewhere.remove(card.agent());
    untold.add(card.agent());
  }

  /** {@inheritDoc} Of an agent of another group its own group tells that. */
  @Override
  public boolean heartbeat(AgentId agent) {
    return own.heartbeat(agent) || elsewhere.containsKey(agent);
  }

  /** {@inheritDoc} Only an agent of this group; another one stays, and this is false. */
  @Override
  public synchronized boolean retire(AgentId agent) {
    refused.remove(agent);
    boolean wasThere = own.retire(agent);
    if (wasThere) {
      untold.add(agent);
    }
    return wasThere;
  }

  @Override
  public Optional<AgentCard> card(AgentId agent) {
    Optional<AgentCard> card = own.card(agent);
    return card.isPresent() ? card : Optional.ofNullable(elsewhere.get(agent)).map(Listed::card);
  }

  @Override
  public boolean isAlive(AgentId agent) {
    Listed listed = elsewhere.get(agent);
    return own.isAlive(agent) || (listed != null && isAlive(listed) && isOwnerHeard());
  }

  private static boolean isAlive(Listed listed) {
    return listed.state() == Liveness.State.ALIVE;
  }

  private boolean isOwnerHeard() {
    Long heard = ownerHeardNanos;
    return heard != null && time.nanos() - heard <= timeToLive.toNanos();
  }

  /** How {@code agent} is, as far as is known here; empty if it is not registered. */
  public Optional<Liveness> liveness(AgentId agent) {
    Optional<Liveness> liveness = own.liveness(agent);
    return liveness.isPresent()
        ? liveness
        : Optional.ofNullable(elsewhere.get(agent)).map(Listed::liveness);
  }

  @Override
  public int size() {
    return own.size() + elsewhere.size();
  }

  @Override
  public int alive() {
    long others =
        isOwnerHeard() ? elsewhere.values().stream().filter(RegistryCopy::isAlive).count() : 0;
    return own.alive() + Math.toIntExact(others);
  }

  /**
   * The owner's ledger as it is seen here, to be given to {@link dev.mama.runtime.Assistance}: each
   * agent stands as the owner told last, which it does within a minute of a change that matters,
   * and within a look where there are no more than 1,000 agents. What is recorded is told to the
   * owner, up to 500 pieces a look, in the name of the group, whose agents the raters must be; it
   * counts when it comes back. The owner takes some of what was seen and checked and all opinions
   * ({@link PmlDesk#evidenceAtMost}).
   *
   * <p>It does not tell of single dimensions: {@link TrustLedger#trust} is refused.
   */
  public TrustLedger trust() {
    return trust;
  }

  /** How many snapshots it has read: one to begin with, and one for each gap. */
  public long snapshots() {
    return snapshots.get();
  }

  // What follows is the keeper's.

  boolean hasOwnAlive() {
    return own.alive() > 0;
  }

  void heardOfOwner() {
    ownerHeardNanos = time.nanos();
  }

  /** Takes some of what the owner is to be told. */
  List<PmlMessage> takeUntold() {
    var messages = new ArrayList<PmlMessage>();
    int chars = 0;
    var next = untold.iterator();
    while (next.hasNext() && messages.size() < MOST_TOLD && chars < Listed.MOST_CHARS) {
      AgentId agent = next.next();
      next.remove(); // before it is read: what changes from now on is told again
      Optional<AgentCard> card = own.card(agent);
      if (card.isPresent()) {
        messages.add(new PmlMessage.Register(card.get()));
        chars += Listed.chars(card.get());
      } else {
        messages.add(new PmlMessage.Retire(agent));
      }
    }
    return messages.isEmpty() ? trust.takeUntold(MOST_TOLD) : messages; // raters come first
  }

  /** They have not been told. */
  void tellAgain(List<PmlMessage> messages) {
    for (PmlMessage each : messages) {
      if (each instanceof PmlMessage.Register register) {
        untold.add(register.card().agent());
      } else if (each instanceof PmlMessage.Retire retire) {
        untold.add(retire.agent());
      }
    }
    for (PmlMessage each : messages.reversed()) {
      if (each instanceof PmlMessage.Report report) {
        trust.tellAgain(report);
      }
    }
  }

  /** Another owner knows nothing of what the one before was told. */
  void tellAllAgain() {
    untold.addAll(own.agents());
  }

  /** The owner does not take the agent of {@code card} for this group's. */
  synchronized void refused(AgentCard card) {
    if (own.card(card.agent()).filter(card::equals).isPresent()) {
      Refused before = refused.get(card.agent());
      refused.put(card.agent(), new Refused(card, before == null ? 1 : before.times() + 1));
      own.retire(card.agent());
    }
  }

  /**
   * Registers again whom the owner has refused and lists no more as another's: an agent may come
   * here before its last group has said that it has left.
   */
  synchronized void registerFreed() {
    for (Refused each : refused.values()) {
      AgentId agent = each.card().agent();
      Listed listed = elsewhere.get(agent);
      boolean isFree = listed == null || listed.state() == Liveness.State.GONE;
      if (isFree && own.card(agent).isEmpty() && each.times() < MOST_REFUSALS) {
        enter(each.card());
      }
    }
  }

  void apply(RegistryNews news) {
    news.listed().forEach(this::put);
    news.retired().forEach(this::remove);
  }

  /** Everybody elsewhere is among {@code listed} now. */
  void replace(Map<AgentId, Listed> listed) {
    for (AgentId agent : List.copyOf(elsewhere.keySet())) {
      if (!listed.containsKey(agent)) {
        remove(agent);
      }
    }
    listed.values().forEach(this::put);
    snapshots.incrementAndGet();
  }

  private synchronized void put(Listed listed) {
    AgentId agent = listed.agent();
    trust.told(agent, listed.standing());
    if (own.card(agent).isPresent()) {
      return; // this group knows better
    }
    Listed before = elsewhere.put(agent, listed);
    if (before == null || !before.card().equals(listed.card())) {
      tell(new RegistryChange.Registered(listed.card()));
    }
    if (before != null && before.state() != listed.state()) {
      tell(new RegistryChange.Changed(agent, listed.liveness()));
    }
  }

  private synchronized void remove(AgentId agent) {
    trust.told(agent, null);
    if (elsewhere.remove(agent) != null) {
      tell(new RegistryChange.Retired(agent));
    }
  }
}
