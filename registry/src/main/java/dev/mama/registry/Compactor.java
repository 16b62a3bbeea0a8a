package dev.mama.registry;

import dev.mama.journal.Journal;
import dev.mama.journal.JournalException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a ledger anew when much has been written: first what must be carried over of the last
 * records about each agent, then all accounts, and then lets the journal delete what stood before.
 * A crash at any point leaves what was there, and perhaps a part of the new that nobody misses.
 *
 * <p>Thread-safe.
 */
final class Compactor {

  private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);
  private static final int CARRIED_BYTES = 1 << 18;

  private final Journal journal;
  private final Path folder;
  private final Accounts accounts;
  private final BookQueue queue;
  private final LedgerOptions options;
  private final Scribe scribe;

  /** Held while one compaction goes on. */
  private final ReentrantLock compacting = new ReentrantLock();

  /** Shared by those who read the journal from its beginning; alone while some of it is deleted. */
  private final ReentrantReadWriteLock deleting = new ReentrantReadWriteLock();

  private final AtomicBoolean running = new AtomicBoolean();
  private final AtomicLong compactions = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private volatile LongSupplier keptFrom = () -> Long.MAX_VALUE;
  private volatile long nextAtBytes;
  private volatile @Nullable Thread thread;
  private volatile boolean closed;

  Compactor(
      Journal journal,
      Path folder,
      Accounts accounts,
      Scribe scribe,
      BookQueue queue,
      LedgerOptions options,
      LedgerReader.Recovered found) {
    this.journal = journal;
    this.scribe = scribe;
    this.folder = folder;
    this.accounts = accounts;
    this.queue = queue;
    this.options = options;
    this.nextAtBytes =
        Math.max(options.compactAfterBytes(), found.compactedBytes()) - found.bytesSince();
  }

  long compactions() {
    return compactions.get();
  }

  long failed() {
    return failed.get();
  }

  /** Compacts on a thread of its own if enough has been written and none is at it. */
  void look() {
    if (scribe.bytes() >= nextAtBytes && !closed && running.compareAndSet(false, true)) {
      thread = Thread.ofPlatform().name("mama-ledger-compactor").daemon().start(this::run);
    }
  }

  private void run() {
    try {
      compact();
    } catch (LedgerException e) {
      failed.incrementAndGet();
      nextAtBytes = scribe.bytes() + options.compactAfterBytes();
      LOG.warn("a ledger was not compacted: {}", e.fault().message());
    } catch (InterruptedException e) {
      LOG.info("compaction of ledger {} was given up, because it is being closed", folder);
    } finally {
      running.set(false);
    }
  }

  void compact() throws InterruptedException {
    compacting.lockInterruptibly();
    try {
      long before = scribe.bytes();
      long end = journal.nextSequence();
      carry();
      queue.submit(new Scribe.Snapshot()).await();
      release(end);
      long after = scribe.bytes();
      nextAtBytes = after + Math.max(options.compactAfterBytes(), after - before);
      compactions.incrementAndGet();
    } finally {
      compacting.unlock();
    }
  }

  private void release(long end) throws InterruptedException {
    deleting.writeLock().lockInterruptibly();
    try {
      journal.releaseBefore(Math.min(end, keptFrom.getAsLong()));
    } catch (JournalException e) {
      throw new LedgerException(new LedgerFault.Files(e.fault()), e);
    } finally {
      deleting.writeLock().unlock();
    }
  }

  /** Carries over the entries that are among the last about their agents. */
  private void carry() throws InterruptedException {
    int most = Math.min(CARRIED_BYTES, Block.bytes(options.blockEntries()) / 4);
    var carried = new ByteArrayOutputStream();
    LedgerReader.blocks(
        journal,
        folder,
        body -> {
          for (byte[] entry : latest(body)) {
            if (carried.size() > 0 && carried.size() + entry.length > most) {
              carryOver(carried);
            }
            carried.writeBytes(entry);
          }
        });
    if (carried.size() > 0) {
      carryOver(carried);
    }
  }

  private List<byte[]> latest(ByteBuffer body) {
    var latest = new ArrayList<byte[]>();
    new EntryCursor(body)
        .forEach((entry, bytes) -> {
          int records = accounts.records(entry.evidence().subject());
          if (entry.number() > records - Histories.RECORDS) {
            latest.add(bytes);
          }
        });
    return latest;
  }

  private void carryOver(ByteArrayOutputStream carried) throws InterruptedException {
    queue.submit(new Scribe.Carry(ByteBuffer.wrap(carried.toByteArray()))).await();
    carried.reset();
  }

  /** Deletes no block of {@code first} and later ones, whatever that is when it is asked. */
  void keepFrom(LongSupplier first) {
    keptFrom = first;
  }

  /** Runs {@code reading} of the whole journal while nothing is deleted from it. */
  <T> T reading(Reading<T> reading) throws InterruptedException {
    deleting.readLock().lockInterruptibly();
    try {
      return reading.read();
    } finally {
      deleting.readLock().unlock();
    }
  }

  /** A look at the whole journal. */
  interface Reading<T> {
    T read() throws InterruptedException;
  }

  /** Gives up what is going on, and starts nothing more. */
  void close() {
    closed = true;
    Thread running = thread;
    if (running == null) {
      return;
    }
    running.interrupt();
    Ending.await(running);
  }
}
