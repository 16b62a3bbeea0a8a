package dev.mama.registry;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Takes batches for a registry and its ledger: reads them, checks who wrote them and that nothing
 * is missing, forged or come again, and answers what became of each message.
 *
 * <p>Batches of one writer are taken one after another, those of several at once. The evidence of a
 * batch is kept, as a whole, before the rest of it is carried out; after that it is answered.
 *
 * <p>Thread-safe.
 */
public final class PmlDesk {

  /** How far ahead of this process' clock another one's may be. */
  static final Duration AHEAD = Duration.ofMinutes(1);

  /** How old evidence may be; with the usual half-life it would weigh 5 %. */
  static final Duration OLDEST = Duration.ofDays(30);

  /** From how many writers on no further one without a key is taken. */
  static final int MOST_WRITERS = 10_000;

  private final ExperimentId experiment;
  private final InMemoryRegistry registry;
  private final EvidenceBook book;
  private final PmlKeys keys;
  private final Time time;
  private final Map<String, ReentrantLock> writers = new ConcurrentHashMap<>();

  private PmlDesk(
      ExperimentId experiment,
      InMemoryRegistry registry,
      EvidenceBook book,
      PmlKeys keys,
      Time time) {
    this.experiment = experiment;
    this.registry = registry;
    this.book = book;
    this.keys = keys;
    this.time = time;
  }

  /**
   * A desk before a ledger on disk: what it answers has been kept.
   *
   * @throws IllegalArgumentException if a block of the ledger takes less evidence than a batch may
   *     have
   */
  public static PmlDesk of(
      ExperimentId experiment,
      InMemoryRegistry registry,
      JournalTrustLedger ledger,
      PmlKeys keys,
      Time time) {
    if (ledger.blockEntries() < PmlJson.MAX_MESSAGES) {
      throw new IllegalArgumentException(
          "a block of the ledger takes %d pieces of evidence, a batch may have %d; raise blockEntries"
              .formatted(ledger.blockEntries(), PmlJson.MAX_MESSAGES));
    }
    return new PmlDesk(experiment, registry, EvidenceBook.of(ledger), keys, time);
  }

  /** A desk before a ledger in memory. */
  public static PmlDesk of(
      ExperimentId experiment,
      InMemoryRegistry registry,
      InMemoryTrustLedger ledger,
      PmlKeys keys,
      Time time) {
    return new PmlDesk(experiment, registry, EvidenceBook.of(ledger), keys, time);
  }

  /**
   * Takes a batch and answers it. Waits until its evidence is kept, and once that is in line not
   * less if interrupted: a batch that is kept is carried out.
   *
   * @throws InterruptedException if interrupted while waiting for its turn; it was not taken
   */
  public PmlAnswer take(PmlLetter letter) throws InterruptedException {
    PmlBatch batch;
    try {
      batch = PmlJson.read(letter.body());
    } catch (PmlException e) {
      return new PmlAnswer("", 0, 0, 0, List.of(e.refusal(-1)));
    }
    ReentrantLock lock = null;
    try {
      String hash = PmlSignature.hash(letter.body());
      checkWriter(batch, hash, letter.signature());
      lock = writers.computeIfAbsent(batch.writer(), unknown -> new ReentrantLock());
      lock.lockInterruptibly();
      checkTurn(batch, hash);
      return take(
          batch,
          new BatchStamp(
              batch.writer(), batch.start(), batch.sequence(), hash, letter.signature()));
    } catch (PmlException e) {
      return answer(batch, 0, List.of(e.refusal(-1)));
    } finally {
      if (lock != null && lock.isHeldByCurrentThread()) {
        lock.unlock();
      }
    }
  }

  private static PmlAnswer answer(PmlBatch batch, int accepted, List<PmlAnswer.Refusal> refusals) {
    return new PmlAnswer(batch.writer(), batch.start(), batch.sequence(), accepted, refusals);
  }

  private void checkWriter(PmlBatch batch, String hash, String signature) throws PmlException {
    if (!batch.experiment().equals(experiment.value())) {
      throw new PmlException(
          PmlReason.OTHER_EXPERIMENT,
          "for experiment '%s'; this is '%s'"
              .formatted(PmlNode.cut(batch.experiment()), experiment));
    }
    var key = keys.key(batch.writer());
    if (key.isEmpty()) {
      if (keys.isOnlyKnown()) {
        throw new PmlException(
            PmlReason.UNKNOWN_WRITER,
            "writer '%s' has no key here; have its public key added".formatted(batch.writer()));
      }
      if (writers.size() >= MOST_WRITERS && !writers.containsKey(batch.writer())) {
        throw new PmlException(
            PmlReason.TOO_MANY_WRITERS,
            "writer '%s' has no key, and %d writers have come before; have its public key added"
                .formatted(batch.writer(), writers.size()));
      }
      if (!signature.isEmpty()) {
        throw new PmlException(
            PmlReason.UNKNOWN_WRITER,
            "writer '%s' signs, and has no key here; have its public key added"
                .formatted(batch.writer()));
      }
      return;
    }
    if (signature.isEmpty()) {
      throw new PmlException(
          PmlReason.UNSIGNED, "writer '%s' has a key and did not sign".formatted(batch.writer()));
    }
    if (!PmlSignature.isValid(hash, signature, key.get())) {
      throw new PmlException(
          PmlReason.FORGED,
          "the signature is not that of writer '%s' over this body".formatted(batch.writer()));
    }
  }

  private void checkTurn(PmlBatch batch, String hash) throws PmlException {
    Optional<BatchStamp> last = book.lastBatch(batch.writer());
    long lastStart = last.map(BatchStamp::start).orElse(-1L);
    long lastSequence = last.map(BatchStamp::sequence).orElse(0L);
    boolean same = batch.start() == lastStart;
    if (batch.start() < lastStart) {
      throw new PmlException(
          PmlReason.EARLIER_START,
          ("start %d of writer '%s'; the last batch taken was of start %d; "
                  + "begin anew with a later one, under a name that no other process has")
              .formatted(batch.start(), batch.writer(), lastStart));
    }
    if (same && batch.sequence() < lastSequence) {
      throw replayed(batch, lastSequence);
    }
    if (same && batch.sequence() == lastSequence) {
      throw last.get().hash().equals(hash)
          ? replayed(batch, lastSequence)
          : new PmlException(
              PmlReason.BROKEN_CHAIN,
              "batch %d of writer '%s' was another one".formatted(lastSequence, batch.writer()));
    }
    long turn = same ? lastSequence + 1 : 1;
    if (batch.sequence() != turn) {
      throw new PmlException(
          PmlReason.OUT_OF_TURN,
          "batch %d of writer '%s', start %d; batch %d is its turn"
              .formatted(batch.sequence(), batch.writer(), batch.start(), turn));
    }
    String previous = same ? last.get().hash() : PmlBatch.NO_PREVIOUS;
    if (!batch.previous().equals(previous)) {
      throw new PmlException(
          PmlReason.BROKEN_CHAIN,
          "batch %d of writer '%s' follows %s; the last one was %s"
              .formatted(batch.sequence(), batch.writer(), batch.previous(), previous));
    }
  }

  private static PmlException replayed(PmlBatch batch, long lastSequence) {
    return new PmlException(
        PmlReason.REPLAYED,
        "batch %d of writer '%s', start %d; the last one taken was %d"
            .formatted(batch.sequence(), batch.writer(), batch.start(), lastSequence));
  }

  private PmlAnswer take(PmlBatch batch, BatchStamp stamp)
      throws PmlException, InterruptedException {
    var refusals = new ArrayList<>(batch.refusals());
    var evidence = new ArrayList<Evidence>();
    var taken = new ArrayList<PmlMessage>();
    Map<AgentId, AgentCard> registering = new HashMap<>();
    Instant now = time.now();
    for (PmlBatch.Numbered each : batch.messages()) {
      try {
        check(each.message(), batch.writer(), registering, now);
        taken.add(each.message());
        if (each.message() instanceof PmlMessage.Report report) {
          evidence.add(report.evidence());
        }
      } catch (PmlException e) {
        refusals.add(e.refusal(each.number()));
      }
    }
    try {
      book.keep(evidence, stamp);
    } catch (LedgerException e) {
      throw new PmlException(PmlReason.NOT_KEPT, String.valueOf(e.getMessage()));
    }
    taken.forEach(message -> carryOut(message, batch.writer()));
    return answer(batch, taken.size(), refusals);
  }

  private void check(
      PmlMessage message, String writer, Map<AgentId, AgentCard> registering, Instant now)
      throws PmlException {
    switch (message) {
      case PmlMessage.Register register -> {
        checkYours(register.card().agent(), writer, true, registering);
        registering.put(register.card().agent(), register.card());
      }
      case PmlMessage.Heartbeat heartbeat -> {
        if (registering.isEmpty() && !registry.knows(writer)) {
          throw new PmlException(
              PmlReason.NOT_REGISTERED,
              "writer '%s' has no agents here; register them again".formatted(writer));
        }
      }
      case PmlMessage.Retire retire -> checkYours(retire.agent(), writer, false, registering);
      case PmlMessage.Report report -> check(report.evidence(), writer, registering, now);
    }
  }

  private void check(
      Evidence evidence, String writer, Map<AgentId, AgentCard> registering, Instant now)
      throws PmlException {
    if (evidence.at().isAfter(now.plus(AHEAD))) {
      throw new PmlException(
          PmlReason.FUTURE, "happened at %s; it is %s".formatted(evidence.at(), now));
    }
    if (evidence.at().isBefore(now.minus(OLDEST))) {
      throw new PmlException(
          PmlReason.ANCIENT,
          "happened at %s, more than %s before %s".formatted(evidence.at(), OLDEST, now));
    }
    AgentId rater =
        switch (evidence) {
          case Evidence.Witnessed seen -> null;
          case Evidence.Checked checked -> checked.rater();
          case Evidence.Opinion opinion -> opinion.rater();
        };
    if (rater == null) {
      return;
    }
    checkYours(rater, writer, false, registering);
    AgentCard raters = card(rater, registering);
    AgentCard subjects = card(evidence.subject(), registering);
    if (raters != null && subjects != null && raters.hasOwnerOf(subjects)) {
      throw new PmlException(
          PmlReason.PARTIAL,
          "agent '%s' must not rate '%s': both belong to '%s'"
              .formatted(rater, evidence.subject(), raters.details().owner()));
    }
  }

  private @Nullable AgentCard card(AgentId agent, Map<AgentId, AgentCard> registering) {
    AgentCard card = registering.get(agent);
    return card != null ? card : registry.card(agent).orElse(null);
  }

  /** Refuses to let {@code writer} speak for {@code agent} if that is another's. */
  private void checkYours(
      AgentId agent, String writer, boolean mayBeNew, Map<AgentId, AgentCard> registering)
      throws PmlException {
    boolean itself = writer.equals(agent.value());
    boolean writerIsAgent = keys.speaksForItself(AgentId.of(writer));
    if ((keys.speaksForItself(agent) || writerIsAgent) && !itself) {
      throw new PmlException(
          PmlReason.NOT_YOURS,
          "agent '%s' has a key of its own, or '%s' speaks for itself alone"
              .formatted(agent, writer));
    }
    if (registering.containsKey(agent)) {
      return;
    }
    boolean isThere = registry.card(agent).isPresent();
    if (mayBeNew && (!isThere || isGone(agent))) {
      return;
    }
    String owner = registry.writer(agent).orElse("");
    if (!owner.equals(writer)) {
      throw new PmlException(
          PmlReason.NOT_YOURS,
          isThere
              ? "agent '%s' belongs to %s"
                  .formatted(
                      agent, owner.isEmpty() ? "the registry's process" : "writer '" + owner + "'")
              : "agent '%s' is not registered by '%s'; register it first".formatted(agent, writer));
    }
  }

  private boolean isGone(AgentId agent) {
    return registry.liveness(agent).map(it -> it.state() == Liveness.State.GONE).orElse(true);
  }

  private void carryOut(PmlMessage message, String writer) {
    switch (message) {
      case PmlMessage.Register register -> registry.register(register.card(), writer);
      case PmlMessage.Heartbeat heartbeat -> {
        var unused = registry.heartbeatOf(writer);
      }
      case PmlMessage.Retire retire -> {
        var unused = registry.retire(retire.agent());
      }
      case PmlMessage.Report report -> {} // the ledger has it
    }
  }
}
