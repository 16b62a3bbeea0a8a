package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.StorageException;
import dev.mama.spi.EventLog;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Nothing is remembered of how far the copy has come: the copy itself says so. The record that is
 * the n-th about its subject has an id that follows from subject and n, so what is there can be read
 * back, and what is missing is what is to be copied. A million records are some 100 kB of bits.
 */

/**
 * Copies what a ledger keeps into an event log, such as PostgreSQL's, for whoever wants to ask for
 * it there: each piece of evidence once, whichever of the two is restarted. It reads the chain, so
 * the ledger does not wait for it; the ledger deletes nothing before it is copied.
 *
 * <p>The copy stands in an experiment of its own, or in one in whose log no group records: those
 * record the evidence that their agents give under ids of their own.
 *
 * <p>Thread-safe.
 */
public final class LedgerCopier implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LedgerCopier.class);

  private static final int AT_ONCE = 1_000;
  private static final long FIRST = 1;
  private static final long LOOK_MILLIS = 200;

  private final JournalTrustLedger ledger;
  private final EventLog log;
  private final ExperimentId experiment;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicLong copied = new AtomicLong();

  /** The first block that may not have been copied yet. */
  private volatile long next = FIRST;

  private boolean failing;

  /** What is in the log, by subject and number, or null before that has been read. */
  private @Nullable Map<AgentId, BitSet> there;

  private LedgerCopier(JournalTrustLedger ledger, EventLog log, ExperimentId experiment) {
    this.ledger = ledger;
    this.log = log;
    this.experiment = experiment;
    this.thread = Thread.ofPlatform().name("mama-ledger-copier").daemon().unstarted(this::work);
  }

  /**
   * Starts to copy {@code ledger} into {@code experiment} of {@code log}; both stay the caller's,
   * and are closed after this. A log that fails is tried again; meanwhile the ledger grows.
   */
  public static LedgerCopier start(
      JournalTrustLedger ledger, EventLog log, ExperimentId experiment) {
    var copier = new LedgerCopier(ledger, log, experiment);
    ledger.keepFrom(() -> copier.next);
    copier.thread.start();
    return copier;
  }

  /** How many pieces it has put into the log since it was started. */
  public long copied() {
    return copied.get();
  }

  /**
   * Waits until the log has all that the ledger had when this was called.
   *
   * @throws StorageException if it is closed before
   * @throws InterruptedException if interrupted while waiting
   */
  public void await() throws InterruptedException {
    long last = ledger.head().block();
    while (next <= last) {
      if (closing.await(LOOK_MILLIS / 10, TimeUnit.MILLISECONDS) && next <= last) {
        throw new StorageException(
            "the copier of a ledger was closed before it had come to the end", null);
      }
    }
  }

  /** The id under which the {@code number}th record about {@code subject} is copied. */
  static UUID id(AgentId subject, int number) {
    UUID name = UUID.nameUUIDFromBytes(subject.value().getBytes(StandardCharsets.US_ASCII));
    return new UUID(name.getMostSignificantBits(), number);
  }

  private void work() {
    try {
      do {
        try {
          copy();
          failing = false;
        } catch (StorageException | LedgerException e) {
          there = null; // nobody knows how much of it has been written
          next = FIRST;
          if (!failing) {
            LOG.warn("a ledger is not copied at the moment; trying on: {}", e.getMessage());
          }
          failing = true;
        }
      } while (!closing.await(LOOK_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      LOG.debug("copying was given up, because the copier is being closed");
    }
  }

  private void copy() throws InterruptedException {
    Map<AgentId, BitSet> known = there;
    if (known == null) {
      known = read();
      there = known;
    }
    while (next <= ledger.head().block() && closing.getCount() > 0) {
      List<LedgerEntry> entries = new ArrayList<>();
      long after = ledger.entries(next, AT_ONCE, entries::add);
      long before = copied.get();
      for (LedgerEntry entry : entries) {
        append(entry, known);
      }
      if (copied.get() > before) {
        log.flush();
      }
      next = after;
    }
  }

  private Map<AgentId, BitSet> read() throws InterruptedException {
    Map<AgentId, BitSet> read = new HashMap<>();
    log.read(
        experiment,
        event -> {
          if (event instanceof Event.EvidenceGiven given) {
            AgentId subject = given.evidence().subject();
            int number = (int) given.id().getLeastSignificantBits();
            if (number > 0 && given.id().equals(id(subject, number))) {
              read.computeIfAbsent(subject, unseen -> new BitSet()).set(number);
            }
          }
        });
    return read;
  }

  private void append(LedgerEntry entry, Map<AgentId, BitSet> known) throws InterruptedException {
    AgentId subject = entry.evidence().subject();
    BitSet numbers = known.computeIfAbsent(subject, unseen -> new BitSet());
    if (numbers.get(entry.number())) {
      return; // a compaction has carried it over, or it was copied before
    }
    log.append(new Event.EvidenceGiven(id(subject, entry.number()), experiment, entry.evidence()));
    numbers.set(entry.number());
    copied.incrementAndGet();
  }

  /** Ends; what is not copied yet is when it is started again. */
  @Override
  public void close() {
    closing.countDown();
    thread.interrupt();
    Ending.await(thread);
    ledger.keepFrom(() -> Long.MAX_VALUE);
  }
}
