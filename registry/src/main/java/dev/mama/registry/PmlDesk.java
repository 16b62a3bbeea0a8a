package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Time;
import dev.mama.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

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

  /** From how many writers on no further one without a key is taken. */
  static final int MOST_WRITERS = 10_000;

  private static final int MOST_TOLD = 100;
  private static final Duration TOLD_WITHIN = Duration.ofDays(1);

  private final ExperimentId experiment;
  private final InMemoryRegistry registry;
  private final EvidenceBook book;
  private final PmlKeys keys;
  private final Time time;
  private final Map<String, ReentrantLock> writers = new ConcurrentHashMap<>();

  /** Which agents are being registered, and by which writer, while its batch is kept. */
  private final Map<AgentId, String> claims = new ConcurrentHashMap<>();

  private final PmlCheck.Limits limits;
  private final LastAnswers answers = new LastAnswers();

  private PmlDesk(
      ExperimentId experiment,
      InMemoryRegistry registry,
      EvidenceBook book,
      PmlKeys keys,
      Time time,
      int most,
      Duration within) {
    this.experiment = experiment;
    this.registry = registry;
    this.book = book;
    this.keys = keys;
    this.time = time;
    this.limits =
        new PmlCheck.Limits(new Allowance(most, within, time), new Allowance(most, within, time));
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
    return of(experiment, registry, EvidenceBook.of(ledger), keys, time);
  }

  /** A desk before a ledger in memory. */
  public static PmlDesk of(
      ExperimentId experiment,
      InMemoryRegistry registry,
      InMemoryTrustLedger ledger,
      PmlKeys keys,
      Time time) {
    return of(experiment, registry, EvidenceBook.of(ledger), keys, time);
  }

  static PmlDesk of(
      ExperimentId experiment,
      InMemoryRegistry registry,
      EvidenceBook book,
      PmlKeys keys,
      Time time) {
    return new PmlDesk(experiment, registry, book, keys, time, MOST_TOLD, TOLD_WITHIN);
  }

  /**
   * A desk like this one, that has taken nothing yet, with another limit of what a writer may tell
   * of an agent: so many pieces that it has seen, and as many that it has checked. They count whole
   * because their writer says so, and without a limit one writer could outvote all others. What is
   * beyond is refused, {@link PmlReason#TOO_OFTEN}; opinions are not limited, since they count by
   * what is known of their raters. By default 100 a day: with the usual half-life trust is known to
   * 0.02 from that, so more would only weigh more.
   *
   * @throws IllegalArgumentException if {@code most} is less than 1, or {@code within} not positive
   */
  public PmlDesk evidenceAtMost(int most, Duration within) {
    return new PmlDesk(experiment, registry, book, keys, time, most, within);
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
      return e.reason() == PmlReason.REPLAYED
          ? answers.again(batch, e.refusal(-1))
          : answer(batch, 0, List.of(e.refusal(-1)));
    } finally {
      if (lock != null && lock.isHeldByCurrentThread()) {
        lock.unlock();
      }
    }
  }

  /**
   * From now on believes {@code transport} about the processes of the writers: those of a process
   * that is lost are suspected at once, those of one that has left are gone, and what comes back is
   * alive. A writer is the group of its name. Of a writer that signs, presence, which is not
   * signed, is never believed that it has left.
   *
   * @throws UnsupportedOperationException if the transport cannot tell
   * @throws dev.mama.TransportException if it is closed or refuses
   * @throws InterruptedException if interrupted while waiting
   */
  public void follow(Transport transport) throws InterruptedException {
    transport.watchPresence(experiment, new Attendance(registry, keys, MOST_WRITERS));
  }

  /** What those who keep a copy of the registry are told, from now on. */
  RegistryFeed feed() {
    return new RegistryFeed(registry, book::standing, time.now().toEpochMilli());
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
    try (var checking = new PmlCheck(registry, keys, claims, limits, batch.writer(), time.now())) {
      for (PmlBatch.Numbered each : batch.messages()) {
        try {
          checking.check(each.message());
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
      checking.kept();
      taken.forEach(message -> carryOut(message, batch.writer()));
    }
    PmlAnswer answer = answer(batch, taken.size(), refusals);
    answers.keep(answer);
    return answer;
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
