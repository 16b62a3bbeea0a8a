package dev.mama.pg;

import dev.mama.StorageException;
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.journal.Pending;
import dev.mama.pg.Batch.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * One table's part of a spool: its journal, and how far that has been written to the database.
 *
 * <p>Thread-safe where nothing else is said; the rest is the lane's writer's own.
 */
final class SpoolPart {

  private static final int MOST_ROW_BYTES = 8 << 20; // with the rows before it, it fits a record

  /** About a file: it goes when everything in it is written. */
  private static final long RELEASE_BYTES = 16L << 20;

  private final SpoolFolder folder;
  private final Table table;

  // The writer's own, once it has been started.
  private long readFrom;
  private long unreleased;

  SpoolPart(SpoolFolder folder, Table table) {
    this.folder = folder;
    this.table = table;
  }

  /** Whether rows of this table are kept here before they are accepted. */
  boolean keepsAll() {
    return folder.spool().kinds().contains(table.kind());
  }

  boolean hasRoom() {
    return folder.hasRoom();
  }

  /**
   * @throws StorageException if {@code row} is larger than a row may be here
   */
  static void requireFits(Row row) {
    if (row.bytes() > MOST_ROW_BYTES) {
      throw new StorageException(
          "event %s takes %,d bytes, a row in a spool at most %,d; keep large things elsewhere and record where"
              .formatted(row.id(), row.bytes(), MOST_ROW_BYTES),
          null);
    }
  }

  Journal journal() {
    return folder.journal(table);
  }

  Range range(long from, long to) {
    return new Range(folder.id(), table, from, to);
  }

  /** The writer's: where reading goes on, the first record that only the journal has. */
  long readFrom() {
    return readFrom;
  }

  /** The writer's: reading goes on at {@code sequence}. */
  void readFrom(long sequence) {
    readFrom = sequence;
  }

  /** Counts rows that wait here and nowhere else. */
  void count(List<Row> rows) {
    folder.count(bytes(rows));
  }

  /** Counts bytes of rows that wait here no more. */
  void discount(long bytes) {
    folder.count(-bytes);
  }

  Pending submit(Row row, long acceptedMillis) throws InterruptedException {
    return journal().submit(SpoolRecord.of(row, acceptedMillis));
  }

  /**
   * Waits until the record is in the hands of the operating system. Not interruptible: it is in
   * line, and a write to a local file does not take long.
   *
   * @throws JournalException if it was refused
   */
  static void settle(Pending pending) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          pending.await(Grade.JOURNALLED);
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * The writer's: has reading begin with {@code batch}, whose outcome is unknown, and brings it
   * here if need be.
   */
  void spill(Batch batch, long acceptedMillis) throws InterruptedException {
    Range range = batch.range();
    if (range != null) {
      readFrom = range.from();
    } else {
      UUID id = Objects.requireNonNull(batch.id());
      readFrom =
          journal()
              .submit(SpoolRecord.of(id, batch.rows(), acceptedMillis))
              .await(Grade.JOURNALLED);
    }
  }

  /**
   * The writer's: brings what is not here yet; what the disk has no room for stays in {@code
   * queue}.
   */
  void spill(RowQueue queue) throws InterruptedException {
    List<Waiting> all = new ArrayList<>();
    for (Waiting waiting : queue.copy()) {
      all.add(
          waiting.isJournalled()
              ? waiting
              : waiting.in(submit(waiting.row(), waiting.acceptedMillis())));
    }
    List<Row> safe = new ArrayList<>();
    List<Waiting> stay = new ArrayList<>();
    for (Waiting waiting : all) {
      if (waiting.journalledAt() >= 0) {
        safe.add(waiting.row());
      } else if (waiting.spilled()) {
        stay.add(waiting.in(null));
      }
    }
    queue.replace(stay);
    count(safe);
  }

  /** Takes up what an earlier process left from {@code position} on. */
  void recover(long position, Backlog backlog) throws InterruptedException {
    readFrom = Math.max(position, journal().firstSequence());
    journal()
        .read(
            readFrom,
            (sequence, payload) -> {
              SpoolRecord record = SpoolRecord.read(table, payload);
              backlog.accept(record.rows().size(), record.acceptedMillis());
              count(record.rows());
              return true;
            });
  }

  /** The writer's: whether there is so little left that it fits into memory {@code rows} strong. */
  boolean isNearlyRead(int rows) {
    return journal().nextSequence() - readFrom <= rows / 2;
  }

  /** The writer's: reads what is left, single rows all, into memory. */
  List<Waiting> load() throws InterruptedException {
    List<Waiting> loaded = new ArrayList<>();
    readFrom =
        journal()
            .read(
                readFrom,
                (sequence, payload) -> {
                  SpoolRecord record = SpoolRecord.read(table, payload);
                  for (Row row : record.rows()) {
                    loaded.add(new Waiting(row, record.acceptedMillis(), sequence, null, false));
                  }
                  discount(bytes(record.rows()));
                  return true;
                });
    return loaded;
  }

  /**
   * The writer's: the records before {@code next}, with {@code bytes}, are written; lets the
   * journal forget a file now and then.
   */
  void release(long next, long bytes) throws InterruptedException {
    unreleased += bytes;
    if (unreleased >= RELEASE_BYTES) {
      journal().releaseBefore(next);
      unreleased = 0;
    }
  }

  static long bytes(List<Row> rows) {
    return rows.stream().mapToLong(Row::bytes).sum();
  }

  @Override
  public String toString() {
    return Objects.toString(folder);
  }
}
