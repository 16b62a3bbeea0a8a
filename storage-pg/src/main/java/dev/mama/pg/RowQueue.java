package dev.mama.pg;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a lane that wait in memory, in the order in which they were accepted.
 *
 * <p>Guarded by the lane's lock.
 */
final class RowQueue {

  private static final long MOST_BYTES = 64L << 20;
  private static final int BATCH_BYTES = 4 << 20;

  private final int mostRows;
  private final int batchRows;
  private final ArrayDeque<Waiting> rows = new ArrayDeque<>();
  private long bytes;

  RowQueue(int mostRows, int batchRows) {
    this.mostRows = mostRows;
    this.batchRows = batchRows;
  }

  void add(Waiting row) {
    rows.add(row);
    bytes += row.row().bytes();
  }

  int size() {
    return rows.size();
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Whether nothing more should be added. */
  boolean isFull() {
    return rows.size() >= mostRows || bytes >= MOST_BYTES;
  }

  /** Whether there is a batch, and no reason to wait for more. */
  boolean isBatch() {
    return rows.size() >= batchRows || isFull();
  }

  /** How many of them stand in the journal, too. */
  long journalled() {
    return rows.stream().filter(Waiting::isJournalled).count();
  }

  /** Takes the first batch, whose rows are all in the journal or all not; one row at least. */
  List<Waiting> takeBatch() {
    List<Waiting> taken = new ArrayList<>();
    boolean journalled = rows.element().isJournalled();
    long takenBytes = 0;
    while (!rows.isEmpty()
        && rows.element().isJournalled() == journalled
        && taken.size() < batchRows
        && takenBytes < BATCH_BYTES) {
      taken.add(rows.remove());
      takenBytes += taken.getLast().row().bytes();
    }
    bytes -= takenBytes;
    return taken;
  }

  List<Waiting> copy() {
    return List.copyOf(rows);
  }

  /** Has {@code others} in place of what waits. */
  void replace(List<Waiting> others) {
    rows.clear();
    bytes = 0;
    others.forEach(this::add);
  }
}
