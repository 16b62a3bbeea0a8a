package dev.mama.memory;

import java.util.List;
import java.util.function.Consumer;

/**
 * Where a memory keeps what it must not lose: records in order, which only their owner understands.
 *
 * <p>Contract, tested by {@code MemoryLogContract}: what {@link #append} returned from is there
 * after the log was opened again, whole and in order; {@link #rewrite} leaves what was there before
 * or what it was given, or both one after the other, whenever the process dies. So reading a record
 * twice must come to the same as reading it once.
 *
 * <p>A log has one owner. Implementations are thread-safe.
 */
public interface MemoryLog extends AutoCloseable {

  /**
   * Adds {@code records} with one write, and waits until they survive a power failure.
   *
   * @throws dev.mama.StorageException if they were not all kept
   * @throws InterruptedException if interrupted while waiting; they may be kept or not
   */
  void append(List<byte[]> records) throws InterruptedException;

  /** Shows all records, oldest first. */
  void replay(Consumer<byte[]> reader) throws InterruptedException;

  /** Puts {@code records} in the place of all that are there. */
  void rewrite(Iterable<byte[]> records) throws InterruptedException;

  /** How many records are there. */
  long size();

  /** Frees the log. */
  @Override
  void close();
}
