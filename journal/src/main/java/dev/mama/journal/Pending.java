package dev.mama.journal;

/**
 * A record in line to be written.
 *
 * <p>Thread-safe.
 */
public final class Pending {

  private final Appender appender;
  private final Batch batch;
  private final long sequence;

  Pending(Appender appender, Batch batch, long sequence) {
    this.appender = appender;
    this.batch = batch;
    this.sequence = sequence;
  }

  /** The record's place in the journal, from 1 on; void if {@link #await} throws. */
  public long sequence() {
    return sequence;
  }

  /**
   * Waits until the record has reached {@code grade}, and returns its sequence. Many threads may
   * wait; one force serves all whose records were written before it.
   *
   * @throws JournalException if the record was refused, or the journal failed before it reached the
   *     grade
   * @throws InterruptedException if interrupted while waiting; the record stays in line
   */
  public long await(Grade grade) throws InterruptedException {
    switch (grade) {
      case MEMORY -> {}
      case JOURNALLED -> batch.written.await();
      case SYNCED -> {
        appender.forceUpTo(sequence);
        batch.written.await();
        batch.synced.await();
      }
    }
    return sequence;
  }
}
