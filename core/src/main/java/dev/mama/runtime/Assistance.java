package dev.mama.runtime;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Candidate;
import dev.mama.Decision;
import dev.mama.Evidence;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.Standing;
import dev.mama.State;
import dev.mama.StateBuilder;
import dev.mama.StateBuilder.SystemView;
import dev.mama.StateShape;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.spi.AgentIndex;
import dev.mama.spi.Auditor;
import dev.mama.spi.Policy;
import dev.mama.spi.Registry;
import dev.mama.spi.SentenceEncoder;
import dev.mama.spi.TrustLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The way of a request for help: the need's words become a vector, the index finds the closest
 * cards, registry and ledger tell who is alive and how each stands, the policy chooses, and the
 * rating of the answer becomes evidence.
 *
 * <p>Shared by all groups of a process; it opens nothing and closes nothing. Thread-safe.
 */
public final class Assistance {

  /** Weight of the newest rating in the moving means that the policy sees. */
  private static final double NEWEST = 0.05;

  private static final Duration ALIVE_COUNT_AGE = Duration.ofSeconds(1);

  private final SentenceEncoder encoder;
  private final AgentIndex index;
  private final Registry registry;
  private final TrustLedger ledger;
  private final Policy policy;
  private final Auditor auditor;
  private final Time time;

  private final Predicate<AgentId> wanted;
  private final Recent recent;
  private volatile @Nullable AliveCount aliveCount;

  private record AliveCount(int alive, long atNanos) {}

  /** Moving means of the latest ratings, guarded by itself. */
  private static final class Recent {
    private double quality = 0.5;
    private double success = 0.5;
    private double millis = Standing.UNKNOWN_RESPONSE_MILLIS;

    synchronized void add(Rating rating) {
      quality += NEWEST * (rating.quality() - quality);
      success += NEWEST * ((rating.answered() ? 1 : 0) - success);
      millis += NEWEST * (rating.took().toNanos() / 1e6 - millis);
    }

    synchronized SystemView view(int agents, int alive, int load) {
      return new SystemView(agents, alive, load, quality, success, millis);
    }
  }

  private Assistance(
      SentenceEncoder encoder,
      AgentIndex index,
      Registry registry,
      TrustLedger ledger,
      Policy policy,
      Auditor auditor,
      Time time,
      Predicate<AgentId> wanted,
      Recent recent) {
    if (encoder.dimension() != index.dimension()) {
      throw new IllegalArgumentException(
          "encoder '%s' makes vectors of %d floats, the index holds %d; use an index of that dimension"
              .formatted(encoder.name(), encoder.dimension(), index.dimension()));
    }
    this.encoder = encoder;
    this.index = index;
    this.registry = registry;
    this.ledger = ledger;
    this.policy = policy;
    this.auditor = auditor;
    this.time = time;
    this.wanted = wanted;
    this.recent = recent;
  }

  /**
   * Assistance from its five parts, each of which the caller opens and closes. It believes every
   * rater ({@link Auditor#believingRaters}).
   *
   * @throws IllegalArgumentException if encoder and index differ in dimension
   */
  public static Assistance of(
      SentenceEncoder encoder,
      AgentIndex index,
      Registry registry,
      TrustLedger ledger,
      Policy policy,
      Time time) {
    return of(encoder, index, registry, ledger, policy, Auditor.believingRaters(), time);
  }

  /**
   * Assistance whose raters count as far as {@code auditor} finds them right.
   *
   * @throws IllegalArgumentException if encoder and index differ in dimension
   */
  public static Assistance of(
      SentenceEncoder encoder,
      AgentIndex index,
      Registry registry,
      TrustLedger ledger,
      Policy policy,
      Auditor auditor,
      Time time) {
    return new Assistance(
        encoder, index, registry, ledger, policy, auditor, time, agent -> true, new Recent());
  }

  /**
   * The same assistance, which finds only agents that are alive and {@code also}: those of enough
   * trust, say, or of one specialty. All that is registered and rated through one is known to the
   * other.
   *
   * @param also asked of the closest agents on every search, on the searching thread; the rarer it
   *     holds, the further down the list the search goes
   */
  public Assistance among(Predicate<AgentId> also) {
    return new Assistance(
        encoder, index, registry, ledger, policy, auditor, time, wanted.and(also), recent);
  }

  /** The policy's name and version. */
  public String policy() {
    return policy.name();
  }

  /**
   * Registers {@code cards} and makes them findable; encodes them as one batch.
   *
   * @throws InterruptedException if interrupted while waiting for the encoder; none was registered
   */
  public void enrol(Collection<AgentCard> cards) throws InterruptedException {
    List<AgentCard> all = List.copyOf(cards);
    float[][] vectors = encoder.encode(all.stream().map(AgentCard::description).toList());
    for (int i = 0; i < vectors.length; i++) {
      registry.register(all.get(i));
      index.put(all.get(i).agent(), vectors[i]);
    }
  }

  /**
   * Takes {@code agent} out, so that it is found no more; false if it was not there. Its standing
   * stays.
   */
  public boolean retire(AgentId agent) {
    index.remove(agent);
    return registry.retire(agent);
  }

  /**
   * Tells that {@code agent} is alive; false if it is not registered. A group does this for its
   * agents.
   */
  public boolean heartbeat(AgentId agent) {
    return registry.heartbeat(agent);
  }

  /** The card of {@code agent}, empty if it is not registered. */
  public Optional<AgentCard> card(AgentId agent) {
    return registry.card(agent);
  }

  /** How {@code agent} stands now. */
  public Standing standing(AgentId agent) {
    return ledger.standing(agent);
  }

  /**
   * Finds who can help with {@code need} and chooses one.
   *
   * @param requester who needs it; never a candidate itself
   * @param timeLeft time left to meet the need
   * @param load what is being asked at this moment
   * @param random the requester's random numbers, which a sampling policy draws from
   * @throws InterruptedException if interrupted while waiting for the encoder
   */
  public Referral find(
      AgentId requester, Need need, Duration timeLeft, Load load, RandomGenerator random)
      throws InterruptedException {
    long start = time.nanos();
    float[] query = encoder.encode(need.text());
    long encoded = time.nanos();
    List<AgentIndex.Match> matches = closestAlive(requester, query, StateShape.CANDIDATES);
    long scanned = time.nanos();
    return decide(
        need,
        timeLeft,
        candidates(matches, load),
        load,
        random,
        Duration.ofNanos(encoded - start),
        Duration.ofNanos(scanned - encoded));
  }

  /**
   * Finds several who can help with {@code need}: the policy decides time and again, each time
   * among the closest of those it has not chosen yet, until it has chosen {@code most}, chooses
   * nobody, or nobody is left. The need is encoded once; each referral tells of that encoding.
   *
   * @param requester who needs it; never a candidate itself
   * @param timeLeft time left to meet the need
   * @param load what is being asked at this moment
   * @param random the requester's random numbers, which a sampling policy draws from
   * @param most how many to find, at least 1
   * @return referrals that chose somebody, each somebody else
   * @throws IllegalArgumentException if {@code most} is less than 1
   * @throws InterruptedException if interrupted while waiting for the encoder
   */
  public List<Referral> findSeveral(
      AgentId requester, Need need, Duration timeLeft, Load load, RandomGenerator random, int most)
      throws InterruptedException {
    if (most < 1) {
      throw new IllegalArgumentException("most %d must be at least 1".formatted(most));
    }
    long start = time.nanos();
    float[] query = encoder.encode(need.text());
    long encoded = time.nanos();
    List<AgentIndex.Match> matches =
        closestAlive(requester, query, most + StateShape.CANDIDATES - 1);
    long scanned = time.nanos();
    var encode = Duration.ofNanos(encoded - start);
    var scan = Duration.ofNanos(scanned - encoded);
    var left = new ArrayList<>(candidates(matches, load));
    var found = new ArrayList<Referral>();
    while (found.size() < most && !left.isEmpty()) {
      List<Candidate> closest = left.subList(0, Math.min(StateShape.CANDIDATES, left.size()));
      Referral referral = decide(need, timeLeft, closest, load, random, encode, scan);
      if (referral.decision().choice().isEmpty()) {
        break;
      }
      left.remove(referral.decision().choice().getAsInt());
      found.add(referral);
    }
    return found;
  }

  private List<Candidate> candidates(List<AgentIndex.Match> matches, Load load) {
    return matches.stream()
        .map(match ->
            new Candidate(
                match.agent(),
                match.similarity(),
                ledger.standing(match.agent()),
                load.of(match.agent())))
        .toList();
  }

  private Referral decide(
      Need need,
      Duration timeLeft,
      List<Candidate> candidates,
      Load load,
      RandomGenerator random,
      Duration encode,
      Duration scan) {
    long start = time.nanos();
    State state = StateBuilder.build(need, timeLeft, candidates, view(load));
    Decision decision = policy.decide(state, random);
    var decide = Duration.ofNanos(time.nanos() - start);
    return new Referral(
        need, candidates, state, decision, new Referral.Timings(encode, scan, decide));
  }

  /**
   * Records {@code rater}'s rating of the agent that {@code referral} chose, checked if the auditor
   * checks it. Waits while the auditor judges; what the auditor throws is thrown on.
   *
   * @param reply what the chosen agent answered, empty if it did not, or in another turn
   * @return what the ledger took
   * @throws IllegalArgumentException if the referral chose nobody, the rater itself, or an agent of
   *     the rater's owner
   * @throws InterruptedException if interrupted while the auditor judges; nothing was recorded
   */
  public Evidence rate(
      AgentId rater, Referral referral, Rating rating, Optional<Payload> reply, Trace trace)
      throws InterruptedException {
    AgentId subject =
        referral
            .chosen()
            .orElseThrow(() -> new IllegalArgumentException("the referral chose nobody to rate"));
    refuseSameOwner(rater, subject);
    Optional<Rating> found =
        auditor.audit(new Auditor.Interaction(rater, referral, rating, reply, trace));
    Evidence evidence =
        found.isPresent()
            ? new Evidence.Checked(rater, subject, rating, found.get(), time.now(), trace)
            : new Evidence.Opinion(rater, subject, rating, time.now(), trace);
    ledger.record(evidence);
    recent.add(rating);
    return evidence;
  }

  /**
   * Records what the runtime itself has seen of an interaction: whether an answer came, and when. A
   * group does this for each ask to an agent that was chosen in the same turn.
   */
  public void witness(Evidence.Witnessed seen) {
    ledger.record(seen);
  }

  private void refuseSameOwner(AgentId rater, AgentId subject) {
    AgentCard raters = registry.card(rater).orElse(null);
    AgentCard subjects = registry.card(subject).orElse(null);
    if (raters != null && subjects != null && raters.hasOwnerOf(subjects)) {
      throw new IllegalArgumentException(
          "agent '%s' must not rate '%s': both belong to '%s'"
              .formatted(rater, subject, raters.details().owner()));
    }
  }

  /**
   * The closest agents that are alive and wanted; looks further down the list as long as others
   * take up places.
   */
  private List<AgentIndex.Match> closestAlive(AgentId requester, float[] query, int most) {
    int k = most;
    while (true) {
      List<AgentIndex.Match> matches = index.topK(query, k);
      var alive = new ArrayList<AgentIndex.Match>(most);
      for (AgentIndex.Match match : matches) {
        if (alive.size() < most
            && !match.agent().equals(requester)
            && registry.isAlive(match.agent())
            && wanted.test(match.agent())) {
          alive.add(match);
        }
      }
      if (alive.size() == most || matches.size() < k) {
        return alive;
      }
      k *= 4;
    }
  }

  private SystemView view(Load load) {
    int agents = registry.size();
    int alive = Math.min(agents, alive());
    return recent.view(agents, alive, load.total());
  }

  /** Counting the living walks over all agents, so the count is kept for a second. */
  private int alive() {
    AliveCount known = aliveCount;
    long now = time.nanos();
    if (known == null || now - known.atNanos() > ALIVE_COUNT_AGE.toNanos()) {
      known = new AliveCount(registry.alive(), now);
      aliveCount = known;
    }
    return known.alive();
  }
}
