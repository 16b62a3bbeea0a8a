package dev.mama.pg;

import dev.mama.StorageException;
import dev.mama.journal.Grade;
import dev.mama.journal.JournalException;
import dev.mama.journal.JournalFault;
import dev.mama.journal.Pending;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Table table;
  private final PgDatabase database;
  private final @Nullable SpoolPart spool;
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
  private final RowQueue queue;
  private boolean spooling;
  private @Nullable Pending last;
  private boolean closed;

  Lane(Table table, PgDatabase database, @Nullable SpoolFolder folder, StorageMeters meters) {
    this.table = table;
    this.database = database;
    this.spool = folder == null ? null : new SpoolPart(folder, table);
    this.spooled = spool != null && spool.keepsAll();
    this.meters = meters;
    this.queue = new RowQueue(database.queueRows(), database.flushRows());
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
    lock.lock();
    try {
      spool().recover(position, backlog);
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
    if (spool != null) {
      SpoolPart.requireFits(row);
    }
    if (tryAppend(row)) {
      return;
    }
    long start = System.nanoTime();
    do { // the disk was full
      lock.lockInterruptibly();
      try {
        var unused = room.awaitNanos(LOOK_AGAIN_NANOS);
      } finally {
        lock.unlock();
      }
    } while (!tryAppend(row));
    meters.waited(System.nanoTime() - start);
  }

  private boolean tryAppend(Row row) throws InterruptedException {
    Pending pending;
    long ticket;
    boolean counted;
    lock.lockInterruptibly();
    try {
      awaitRoom();
      long now = System.currentTimeMillis();
      pending = spooled || spooling ? spool().submit(row, now) : null;
      counted = spooling;
      if (spooling) {
        spool().count(List.of(row));
      } else {
        queue.add(new Waiting(row, now, 0, pending, false));
      }
      last = pending == null ? last : pending;
      ticket = backlog.accept(1, now);
      if (spooling || queue.size() == 1 || queue.isBatch()) {
        work.signal();
      }
    } catch (JournalException e) {
      throw failed(e);
    } finally {
      lock.unlock();
    }
    return pending == null || isJournalled(pending, ticket, counted ? row.bytes() : 0);
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
    return spooling ? spool().hasRoom() : !queue.isFull();
  }

  /**
   * Waits until the row is in the hands of the operating system; false if the disk had no room for
   * it, and then it is not among what waits: where it stands in the queue, the writer leaves it
   * out.
   */
  private boolean isJournalled(Pending pending, long ticket, long counted) {
    try {
      SpoolPart.settle(pending);
      return true;
    } catch (JournalException e) {
      backlog.withdraw(ticket);
      spool().discount(counted);
      if (e.fault() instanceof JournalFault.Refused) {
        meters.refused(table.tableName(), Fault.reason(e));
        return false;
      }
      throw failed(e);
    }
  }

  /** What the writer finds when it has waited. */
  enum Due {
    /** A batch in memory: {@link #take} it. */
    MEMORY,
    /** Rows in the spool: read from {@link SpoolPart#readFrom} on. */
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
    return queue.isBatch() || backlog.isWanted() || closed;
  }

  /** The writer's: a batch out of memory, whose rows are all in the journal or all not. */
  Batch take() throws InterruptedException {
    List<Waiting> taken;
    lock.lockInterruptibly();
    try {
      taken = queue.takeBatch();
      backlog.oldest(taken.getFirst().acceptedMillis());
      room.signalAll();
    } finally {
      lock.unlock();
    }
    if (!taken.getFirst().isJournalled()) {
      return Batch.of(taken.stream().map(Waiting::row).toList());
    }
    inHand = taken.size();
    List<Row> rows = new ArrayList<>();
    long from = 0;
    long to = 0;
    for (Waiting waiting : taken) {
      long sequence = waiting.journalledAt();
      if (sequence >= 0) { // else the disk had no room for it, and it was not accepted
        from = rows.isEmpty() ? sequence : from;
        to = sequence + 1;
        rows.add(waiting.row());
      }
    }
    inHand = rows.size();
    return new Batch(null, spool().range(from, to), rows);
  }

  /** The writer's: the batch that it took is written. */
  void finish(Batch batch) throws InterruptedException {
    inHand = 0;
    backlog.finish(batch.rows().size());
    if (batch.range() != null && !batch.rows().isEmpty()) {
      spool().release(batch.range().to(), SpoolPart.bytes(batch.rows()));
    }
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
      spool.spill(batch, backlog.oldestMillis());
      spool.spill(queue);
      spool.count(batch.rows());
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

  /** The writer's: the records before {@code next} are written, {@code rows} with {@code bytes}. */
  void advance(long next, int rows, long bytes) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      spool().readFrom(next);
      spool().discount(bytes);
      room.signalAll();
    } finally {
      lock.unlock();
    }
    backlog.finish(rows);
    spool().release(next, bytes);
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
      if (spool().isNearlyRead(database.queueRows())) {
        List<Waiting> waiting = spool().load();
        waiting.addAll(queue.copy()); // what the disk had no room for
        queue.replace(waiting);
        spooling = false;
      }
    } catch (JournalException e) {
      last = null; // it had no room; those behind it tell how far the journal goes
    } finally {
      lock.unlock();
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
      long journalled = inHand + queue.journalled();
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

  /** The lane's part of the spool, which must be there. */
  SpoolPart spool() {
    return Objects.requireNonNull(spool);
  }

  private StorageException failed(JournalException e) {
    return new StorageException(
        "table '%s' takes no more: its spool failed: %s"
            .formatted(table.tableName(), e.getMessage()),
        e);
  }
}
