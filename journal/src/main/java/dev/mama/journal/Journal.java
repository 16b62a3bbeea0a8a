package dev.mama.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A sequence of records in a folder, appended by many threads, written by one, and read again after
 * a crash. Records are numbered from 1 on without a gap.
 *
 * <p>How far an appended record has come is its {@link Grade}. After {@link #open}, every record
 * that had been acknowledged {@link Grade#JOURNALLED} before the process was killed, or {@link
 * Grade#SYNCED} before the power failed, is there once and in order. A record whose append was
 * neither acknowledged nor refused may be there or not.
 *
 * <p>A full disk refuses what is not yet written ({@link JournalFault.Refused}); what was written
 * stays, and appending works again when there is room. A disk that cannot force what it took ends
 * the journal ({@link JournalFault.Failed}).
 *
 * <p>The folder belongs to one journal at a time and holds nothing else. Records stay until {@link
 * #releaseBefore} says that they are no longer needed.
 *
 * <p>Thread-safe.
 */
public final class Journal implements AutoCloseable {

  private final Storage storage;
  private final JournalOptions options;
  private final SegmentWriter writer;
  private final Appender appender;
  private final long cutBytes;

  private Journal(Storage storage, JournalOptions options, SegmentWriter writer, long cutBytes) {
    this.storage = storage;
    this.options = options;
    this.writer = writer;
    this.appender = new Appender(storage, options, writer);
    this.cutBytes = cutBytes;
  }

  /**
   * Opens the journal in {@code folder}, which is made if there is none. Reads every record once,
   * cuts off a torn tail, and forces what is left, so that a record read from now on stays.
   *
   * @throws JournalException if the folder is in use, or holds what no crash explains; nothing has
   *     been changed then
   */
  public static Journal open(Path folder, JournalOptions options) {
    try {
      return open(FolderStorage.open(folder), options, new SecureRandom()::nextLong);
    } catch (IOException e) {
      throw failed(folder, "it could not be opened", e);
    }
  }

  /** Opens the journal in {@code storage}, and closes that in the end, also when this fails. */
  static Journal open(Storage storage, JournalOptions options, LongSupplier salts) {
    try {
      var recovery = new Recovery(storage, options);
      SegmentWriter writer = recovery.open(salts);
      var journal = new Journal(storage, options, writer, recovery.cutBytes());
      journal.appender.start();
      return journal;
    } catch (IOException e) {
      throw closing(storage, failed(storage.folder(), "it could not be recovered", e));
    } catch (RuntimeException e) {
      throw closing(storage, e);
    }
  }

  private static RuntimeException closing(Storage storage, RuntimeException failure) {
    try {
      storage.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  /**
   * Appends {@code payload}, waits until it has reached {@code grade}, and returns its sequence.
   * Waits, too, while {@link JournalOptions#maxInFlightBytes} wait to be written. One thread's
   * records stand in the order appended. The payload is copied.
   *
   * @throws IllegalArgumentException if the payload is larger than a record may be
   * @throws JournalException if the record was refused, or the journal has ended
   * @throws InterruptedException if interrupted while waiting; the record may be in line already
   */
  public long append(byte[] payload, Grade grade) throws InterruptedException {
    return submit(ByteBuffer.wrap(payload)).await(grade);
  }

  /**
   * Puts {@code payload} in line to be written ({@link Grade#MEMORY}). Waits only while {@link
   * JournalOptions#maxInFlightBytes} wait to be written. The bytes that remain are copied.
   *
   * @throws IllegalArgumentException if the payload is larger than a record may be
   * @throws JournalException if the journal has ended
   * @throws InterruptedException if interrupted while waiting; nothing was appended
   */
  public Pending submit(ByteBuffer payload) throws InterruptedException {
    return appender.submit(payload);
  }

  /**
   * Puts {@code payload} in line to be written, or returns empty where {@link #submit} would wait.
   *
   * @throws IllegalArgumentException if the payload is larger than a record may be
   * @throws JournalException if the journal has ended
   */
  public Optional<Pending> trySubmit(ByteBuffer payload) {
    return appender.trySubmit(payload);
  }

  /**
   * Shows {@code visitor} the records from {@code sequence} on, in order, up to the last one
   * written when this was called, and returns the sequence after the last one shown. Runs on the
   * caller's thread over files opened for it alone, in memory for the largest record, while others
   * append.
   *
   * @throws JournalException if the record was released, or the disk gives back something else than
   *     was written
   * @throws InterruptedException if interrupted; nobody else notices
   */
  public long read(long sequence, Visitor visitor) throws InterruptedException {
    long written = nextSequence();
    List<Segment> segments = writer.segments();
    long next = sequence;
    for (int i = 0; i < segments.size() && next < written; i++) {
      boolean last = i + 1 == segments.size();
      long end = last ? written : Math.min(written, segments.get(i + 1).firstSequence());
      while (next < end) {
        ReadOn readOn = read(segments.get(i), next, end, visitor);
        next = readOn.next();
        if (readOn.stopped()) {
          return next;
        }
      }
    }
    return next;
  }

  private ReadOn read(Segment segment, long from, long end, Visitor visitor)
      throws InterruptedException {
    if (from < segment.firstSequence()) {
      throw released(from);
    }
    try (var reader = SegmentReader.open(storage, segment.name(), options.application())) {
      reader.goTo(segment.places().before(from, segment));
      while (reader.nextSequence() < end) {
        long sequence = reader.nextSequence();
        switch (reader.next()) {
          case RECORD -> {
            if (sequence >= from && !visitor.visit(sequence, reader.payload())) {
              return new ReadOn(reader.nextSequence(), true);
            }
          }
          case MARK -> {}
          case END, BROKEN -> throw reader.fault();
        }
      }
      return new ReadOn(end, false);
    } catch (ClosedByInterruptException e) {
      Thread.interrupted();
      throw new InterruptedException("interrupted while reading " + storage.folder());
    } catch (NoSuchFileException e) {
      throw released(from);
    } catch (IOException e) {
      throw failed(storage.path(segment.name()), "it could not be read", e);
    }
  }

  private record ReadOn(long next, boolean stopped) {}

  private JournalException released(long sequence) {
    long first = firstSequence();
    return new JournalException(
        sequence < first
            ? new JournalFault.Released(storage.folder(), sequence, first)
            : new JournalFault.MissingSegment(storage.path(Segment.name(sequence)), sequence),
        null);
  }

  private static JournalException failed(Path path, String what, IOException cause) {
    return new JournalException(
        new JournalFault.Failed(path, "%s (%s)".formatted(what, cause)), cause);
  }

  /**
   * Says that the records before {@code sequence} are no longer needed, and waits until the
   * segments that hold nothing else are deleted. The last segment always stays.
   *
   * @throws IllegalArgumentException if {@code sequence} is less than 1
   * @throws JournalException if the disk refused, or the journal has ended; the segments stay or go
   *     when it is opened again
   * @throws InterruptedException if interrupted while waiting; they are deleted all the same
   */
  public void releaseBefore(long sequence) throws InterruptedException {
    if (sequence < 1) {
      throw new IllegalArgumentException(
          "sequence %d must be at least 1, the number of the first record".formatted(sequence));
    }
    appender.releaseBefore(sequence);
  }

  /** The sequence of the first record that is kept; {@link #nextSequence} if there is none. */
  public long firstSequence() {
    return writer.segments().get(0).firstSequence();
  }

  /** The sequence after the last record that is {@link Grade#JOURNALLED}. */
  public long nextSequence() {
    return appender.nextSequence();
  }

  /** What the journal has done since it was opened. */
  public JournalFigures figures() {
    return appender.figures(cutBytes);
  }

  /**
   * Writes and forces what is in line, and gives the folder free. Whoever waits for room to append
   * is told that the journal is closed. Waits for the disk, and not less if interrupted.
   *
   * @throws JournalException if the disk failed while closing
   */
  @Override
  public void close() {
    appender.close();
  }

  /** What is shown the records of a journal, one by one. */
  @FunctionalInterface
  public interface Visitor {

    /**
     * Takes a look at one record.
     *
     * @param sequence its place in the journal
     * @param payload its bytes, read-only, valid until this returns
     * @return whether to go on
     */
    boolean visit(long sequence, ByteBuffer payload) throws InterruptedException;
  }
}
