package dev.mama.pg;

import dev.mama.journal.Grade;
import dev.mama.journal.JournalException;
import dev.mama.journal.Pending;
import org.jspecify.annotations.Nullable;

/**
 * A row that waits in memory.
 *
 * <p>Immutable.
 *
 * @param sequence where it stands in the journal, if that is known; else 0
 * @param pending what tells that, or null if it is known or the row is in memory only
 * @param spilled whether it was accepted before it came to the journal
 */
record Waiting(
    Row row, long acceptedMillis, long sequence, @Nullable Pending pending, boolean spilled) {

  boolean isJournalled() {
    return sequence > 0 || pending != null;
  }

  Waiting in(@Nullable Pending spill) {
    return new Waiting(row, acceptedMillis, 0, spill, spill != null);
  }

  /** Its sequence once it is in the journal, 0 if it is in memory only, -1 if it was refused. */
  long journalledAt() throws InterruptedException {
    try {
      return pending == null ? sequence : pending.await(Grade.JOURNALLED);
    } catch (JournalException e) {
      return -1;
    }
  }
}
