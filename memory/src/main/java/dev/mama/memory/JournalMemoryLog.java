package dev.mama.memory;

import dev.mama.StorageException;
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalException;
import dev.mama.journal.JournalOptions;
import dev.mama.journal.Pending;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A memory log in a folder of its own, as a {@link Journal}: what was appended is forced to the
 * disk, once for all records of a call.
 *
 * <p>Thread-safe.
 */
public final class JournalMemoryLog implements MemoryLog {

  private static final int MIB = 1 << 20;

  private final Journal journal;

  /** The first record that counts; those before wait for their segment to be deleted. */
  private final AtomicLong first;

  private JournalMemoryLog(Journal journal) {
    this.journal = journal;
    this.first = new AtomicLong(journal.firstSequence());
  }

  /**
   * Opens the log in {@code folder}, which is made if there is none.
   *
   * @throws StorageException if the folder is in use, or damaged
   */
  public static JournalMemoryLog open(Path folder) {
    try {
      var options =
          JournalOptions.of("memory")
              .maxRecordBytes(4 * MIB)
              .maxInFlightBytes(8 * MIB)
              .segmentBytes(16L * MIB);
      return new JournalMemoryLog(Journal.open(folder, options));
    } catch (JournalException e) {
      throw new StorageException(e.fault().message(), e);
    }
  }

  @Override
  public void append(List<byte[]> records) throws InterruptedException {
    try {
      Pending last = submit(records);
      if (last != null) {
        last.await(Grade.SYNCED);
      }
    } catch (JournalException e) {
      throw new StorageException(e.fault().message(), e);
    }
  }

  private @Nullable Pending submit(Iterable<byte[]> records) throws InterruptedException {
    Pending last = null;
    for (byte[] each : records) {
      last = journal.submit(ByteBuffer.wrap(each));
    }
    return last;
  }

  @Override
  public void replay(Consumer<byte[]> reader) throws InterruptedException {
    try {
      journal.read(
          first.get(),
          (sequence, payload) -> {
            var record = new byte[payload.remaining()];
            payload.get(record);
            reader.accept(record);
            return true;
          });
    } catch (JournalException e) {
      throw new StorageException(e.fault().message(), e);
    }
  }

  @Override
  public void rewrite(Iterable<byte[]> records) throws InterruptedException {
    try {
      long next = journal.nextSequence();
      Pending last = submit(records);
      if (last != null) {
        last.await(Grade.SYNCED);
      }
      first.set(next);
      journal.releaseBefore(next);
    } catch (JournalException e) {
      throw new StorageException(e.fault().message(), e);
    }
  }

  @Override
  public long size() {
    return journal.nextSequence() - first.get();
  }

  @Override
  public void close() {
    try {
      journal.close();
    } catch (JournalException e) {
      throw new StorageException(e.fault().message(), e);
    }
  }
}
