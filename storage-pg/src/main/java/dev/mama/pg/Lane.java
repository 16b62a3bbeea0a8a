package dev.mama.pg;

import dev.mama.StorageException;
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalException;
import dev.mama.journal.JournalFault;
import dev.mama.journal.Pending;
import dev.mama.pg.Batch.Range;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A lane is the way of one table's rows. It has two states.
 *
 * Live: rows wait in memory. Where the table's grade is SPOOLED they stand in the journal too, in the
 * same order, because a row joins both under the lock. A batch is taken from memory.
 *
 * Spooling, while the database is away: rows stand in the journal only, from sequence readFrom on. The
 * writer reads them from there. When what is left fits into memory, it is loaded and the lane is live
 * again.
 *
 * Rows in the journal are written with its position in one transaction, so that after a kill reading goes
 * on behind what was written. Rows that were in memory only have the id of their batch instead, and take
 * it along into the journal when the database goes away.
 */

/**
 * The rows of one table that wait to be written, and how far they have come.
 *
 * <p>Thread-safe; one writer takes from it.
 */
final class Lane {

  private static final Logger log = LoggerFactory.getLogger(Lane.class);
  private static final long QUEUE_BYTES = 64L << 20;
  private static final int BATCH_BYTES = 4 << 20;
  private static final int MOST_ROW_BYTES = 8 << 20; // with the rows before it, it fits a record
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long RELEASE_EVERY = 1 << 16;

  private final Table table;
  private final PgDatabase database;
  private final @Nullable SpoolFolder spool;
  private final boolean spooled;
  private final StorageMeters meters;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final Condition pausing = lock.newCondition();
  private final Backlog backlog = new Backlog(lock, work);

  /** Rows that the writer has taken and that stand in the journal too; the writer's own. */
  private int inHand;

  // Guarded by lock.
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private long queuedBytes;
  private boolean spooling;
  private long readFrom;
  private long released;
  private @Nullable Pending last;
  private boolean closed;

  Lane(Table table, PgDatabase database, @Nullable SpoolFolder spool, StorageMeters meters) {
    this.table = table;
    this.database = database;
    this.spool = spool;
    this.spooled = spool != null && spool.spool().kinds().contains(table.kind());
    this.meters = meters;
  }

  Table table() {
    return table;
  }

  /** What is accepted and how much of it is done. */
  Backlog backlog() {
    return backlog;
  }

  /** Takes up what an earlier process left behind {@code position}; before anything is appended. */
  void recover(long position) {
    Journal journal = journal();
    long from = Math.max(position, journal.firstSequence());
    lock.lock();
    try {
      journal.read(
          from,
          (sequence, payload) -> {
            SpoolRecord record = SpoolRecord.read(table, payload);
            backlog.accept(record.rows().size(), record.acceptedMillis());
            spool().count(record.rows().stream().mapToLong(Row::bytes).sum());
            return true;
          });
      readFrom = from;
      released = from;
      spooling = !backlog.isEmpty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted while reading the spool %s".formatted(spool), e);
    } finally {
      lock.unlock();
    }
  }

  /** Accepts {@code row}; waits while there is no room for it in memory, or on disk. */
  void append(Row row) throws InterruptedException {
    if (spool != null && row.bytes() > MOST_ROW_BYTES) {
      throw new StorageException(
          "event %s takes %,d bytes, a row in a spool at most %,d; keep large things elsewhere and record where"
              .formatted(row.id(), row.bytes(), MOST_ROW_BYTES),
          null);
    }
    while (!tryAppend(row)) { // the disk was full
      lock.lockInterruptibly();
      try {
        var unused = room.awaitNanos(LOOK_AGAIN_NANOS);
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean tryAppend(Row row) throws InterruptedException {
    Pending pending;
    lock.lockInterruptibly();
    try {
      awaitRoom();
      long now = System.currentTimeMillis();
      pending = spooled || spooling ? journal().submit(SpoolRecord.of(row, now)) : null;
      if (spooling) {
        spool().count(row.bytes());
      } else {
        add(new Waiting(row, now, 0, pending, false));
      }
      last = pending == null ? last : pending;
      backlog.accept(1, now);
      if (spooling || queue.size() == 1 || queue.size() == database.flushRows() || isFull()) {
        work.signal();
      }
    } catch (JournalException e) {
      throw failed(e);
    } finally {
      lock.unlock();
    }
    return pending == null || isJournalled(pending);
  }

  private void awaitRoom() throws InterruptedException {
    if (!closed && !hasRoom()) {
      long start = System.nanoTime();
      while (!closed && !hasRoom()) {
        var unused = room.awaitNanos(LOOK_AGAIN_NANOS); // another lane may have made the room
      }
      meters.waited(System.nanoTime() - start);
    }
    if (closed) {
      throw new StorageException("the log to %s is closed".formatted(database), null);
    }
  }

  private boolean hasRoom() {
    return spooling ? spool().hasRoom() : !isFull();
  }

  private boolean isFull() {
    return queue.size() >= database.queueRows() || queuedBytes >= QUEUE_BYTES;
  }

  private void add(Waiting waiting) {
    queue.add(waiting);
    queuedBytes += waiting.row().bytes();
  }

  /**
   * Waits until the row is in the hands of the operating system; false if the disk had no room. Not
   * interruptible: the row is in line, and a write to a local file does not take long.
   */
  private boolean isJournalled(Pending pending) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          pending.await(Grade.JOURNALLED);
          return true;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (JournalException e) {
      backlog.finish(1); // it is not among what waits any more
      if (e.fault() instanceof JournalFault.Refused) {
        return false;
      }
      throw failed(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What the writer finds when it has waited. */
  enum Due {
    /** A batch in memory: {@link #take} it. */
    MEMORY,
    /** Rows in the spool: read from {@link #readFrom} on. */
    SPOOL,
    /** The lane is closed and nothing waits in memory or in the spool. */
    NOTHING
  }

  /** The writer's: waits until something is due. */
  Due await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && !spooling && !closed) {
        work.await();
      }
      long nanos = database.flushInterval().toNanos();
      while (!spooling && !isDue() && nanos > 0) {
        nanos = work.awaitNanos(nanos);
      }
      return spooling ? Due.SPOOL : queue.isEmpty() ? Due.NOTHING : Due.MEMORY;
    } finally {
      lock.unlock();
    }
  }

  private boolean isDue() {
    return queue.size() >= database.flushRows() || isFull() || backlog.isWanted() || closed;
  }

  /** The writer's: a batch out of memory, whose rows are all in the journal or all not. */
  Batch take() throws InterruptedException {
    List<Waiting> taken = new ArrayList<>();
    lock.lockInterruptibly();
    try {
      boolean journalled = queue.element().isJournalled();
      long bytes = 0;
      while (!queue.isEmpty()
          && queue.element().isJournalled() == journalled
          && taken.size() < database.flushRows()
          && bytes < BATCH_BYTES) {
        taken.add(queue.remove());
        bytes += taken.getLast().row().bytes();
      }
      queuedBytes -= bytes;
      backlog.oldest(taken.getFirst().acceptedMillis());
      room.signalAll();
    } finally {
      lock.unlock();
    }
    List<Row> rows = new ArrayList<>();
    long from = 0;
    long to = 0;
    for (Waiting waiting : taken) {
      long sequence = waiting.journalledAt();
      if (sequence >= 0) { // else the disk had no room for it, and it was not accepted
        rows.add(waiting.row());
        from = rows.size() == 1 ? sequence : from;
        to = sequence + 1;
      }
    }
    inHand = from == 0 ? 0 : rows.size();
    return from == 0 ? Batch.of(rows) : new Batch(null, range(from, to), rows);
  }

  /** The writer's: the batch that it took is written. */
  void finish(Batch batch) {
    inHand = 0;
    backlog.finish(batch.rows().size());
  }

  Range range(long from, long to) {
    return new Range(spool().id(), table, from, to);
  }

  /**
   * The writer's: the database is away; leaves {@code batch}, whose outcome is unknown, and all
   * that waits in memory to the journal. False if there is none, or it has no room: they stay in
   * memory.
   */
  boolean spill(Batch batch) throws InterruptedException {
    if (spool == null) {
      return false;
    }
    lock.lockInterruptibly();
    try {
      Range range = batch.range();
      UUID id = batch.id();
      if (range != null) {
        readFrom = range.from();
      } else if (id != null) {
        readFrom =
            journal()
                .submit(SpoolRecord.of(id, batch.rows(), backlog.oldestMillis()))
                .await(Grade.JOURNALLED);
      }
      spool.count(batch.rows().stream().mapToLong(Row::bytes).sum());
      spillQueue();
      inHand = 0;
      spooling = true;
      room.signalAll();
      return true;
    } catch (JournalException e) {
      log.warn("rows of table {} stay in memory: {}", table.tableName(), e.getMessage());
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Brings what is not in the journal yet there; what the disk does not take stays. */
  private void spillQueue() throws InterruptedException {
    List<Waiting> submitted = new ArrayList<>();
    for (Waiting waiting : queue) {
      submitted.add(
          waiting.isJournalled()
              ? waiting
              : waiting.in(
                  journal().submit(SpoolRecord.of(waiting.row(), waiting.acceptedMillis()))));
    }
    queue.clear();
    queuedBytes = 0;
    for (Waiting waiting : submitted) {
      if (waiting.journalledAt() >= 0) {
        spool().count(waiting.row().bytes());
      } else if (waiting.spilled()) {
        add(waiting.in(null));
      }
    }
  }

  /** The writer's: where reading of the journal goes on. */
  long readFrom() {
    lock.lock();
    try {
      return readFrom;
    } finally {
      lock.unlock();
    }
  }

  /** The writer's: the records before {@code next} are written, {@code rows} with {@code bytes}. */
  void advance(long next, int rows, long bytes) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      readFrom = next;
      spool().count(-bytes);
      room.signalAll();
    } finally {
      lock.unlock();
    }
    backlog.finish(rows);
  }

  /**
   * The writer's: the journal has been read to its end. Where what came since fits into memory, it
   * is loaded, and the lane is live again.
   */
  void goLive() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Pending newest = last;
      if (newest != null) {
        newest.await(Grade.JOURNALLED); // after it nothing is on the way
      }
      Journal journal = journal();
      if (journal.nextSequence() - readFrom > database.queueRows() / 2) {
        return;
      }
      List<Waiting> loaded = new ArrayList<>();
      readFrom =
          journal.read(
              readFrom,
              (sequence, payload) -> {
                SpoolRecord record = SpoolRecord.read(table, payload);
                for (Row row : record.rows()) {
                  loaded.add(new Waiting(row, record.acceptedMillis(), sequence, null, false));
                }
                return true;
              });
      for (Waiting each : loaded) {
        spool().count(-each.row().bytes());
      }
      List<Waiting> stayed = List.copyOf(queue);
      queue.clear();
      queuedBytes = 0;
      loaded.forEach(this::add);
      stayed.forEach(this::add);
      spooling = false;
    } catch (JournalException e) {
      last = null; // it had no room; those behind it tell how far the journal goes
    } finally {
      lock.unlock();
    }
  }

  /** The writer's: lets the journal forget what is written, now and then. */
  void release(long before, boolean now) throws InterruptedException {
    if (before > 0 && (now || before - released > RELEASE_EVERY)) {
      journal().releaseBefore(before);
      released = before;
    }
  }

  /** The writer's: waits before the next try, unless the lane is closed meanwhile. */
  void pause(long millis) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
      while (nanos > 0 && !(closed && spooling)) {
        nanos = pausing.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether rows stand in the journal only. */
  boolean isSpooling() {
    lock.lock();
    try {
      return spooling;
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more, and has the writer finish. */
  void close() {
    lock.lock();
    try {
      closed = true;
      work.signalAll();
      room.signalAll();
      pausing.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The writer's end: nobody may wait for it any more.
   *
   * @return how many events are neither written nor in the spool
   */
  long end() {
    lock.lock();
    try {
      closed = true;
      long waiting = backlog.waiting();
      long journalled = inHand + queue.stream().filter(Waiting::isJournalled).count();
      long safe = spooling ? waiting - queue.size() : Math.min(waiting, journalled);
      if (safe > 0) {
        log.warn("{} rows of table {} wait in the spool {}", safe, table.tableName(), spool);
      }
      long lost = waiting - safe;
      backlog.end(lost);
      room.signalAll();
      return lost;
    } finally {
      lock.unlock();
    }
  }

  Journal journal() {
    return spool().journal(table);
  }

  private SpoolFolder spool() {
    return Objects.requireNonNull(spool);
  }

  private StorageException failed(JournalException e) {
    return new StorageException(
        "table '%s' takes no more: its spool failed: %s"
            .formatted(table.tableName(), e.getMessage()),
        e);
  }
}
