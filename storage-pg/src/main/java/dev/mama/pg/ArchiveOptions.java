package dev.mama.pg;

import java.time.Duration;

/**
 * How an archive is written. Start with {@link #standard} and change what differs.
 *
 * <p>Immutable.
 *
 * @param fileBytes a file that has grown so large is followed by another one, at least 4 KiB
 * @param flushInterval how long an accepted event waits for others before it is written all the
 *     same
 * @param queueEvents events that may wait in memory; when so many do, {@code append} waits
 * @param closeTimeout how long {@code close} goes on trying while the disk is full
 */
public record ArchiveOptions(
    long fileBytes, Duration flushInterval, int queueEvents, Duration closeTimeout) {

  private static final long LEAST_BYTES = 4 << 10;

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public ArchiveOptions {
    require(
        fileBytes >= LEAST_BYTES,
        "fileBytes is %d; it must be at least %d".formatted(fileBytes, LEAST_BYTES));
    require(
        flushInterval.isPositive(),
        "flushInterval is %s; it must be more than zero".formatted(flushInterval));
    require(queueEvents >= 1, "queueEvents is %d; it must be 1 or more".formatted(queueEvents));
    require(
        !closeTimeout.isNegative(),
        "closeTimeout is %s; it must not be negative".formatted(closeTimeout));
  }

  /** Files of 64 MiB, a flush each 200 ms, a queue of 20,000 events, 30 s to close. */
  public static ArchiveOptions standard() {
    return new ArchiveOptions(64L << 20, Duration.ofMillis(200), 20_000, Duration.ofSeconds(30));
  }

  /** With files of about {@code bytes}. */
  public ArchiveOptions withFiles(long bytes) {
    return new ArchiveOptions(bytes, flushInterval, queueEvents, closeTimeout);
  }

  /** With a queue of {@code events}, flushed each {@code interval}. */
  public ArchiveOptions withQueue(int events, Duration interval) {
    return new ArchiveOptions(fileBytes, interval, events, closeTimeout);
  }

  /** With {@code limit} for closing. */
  public ArchiveOptions withCloseTimeout(Duration limit) {
    return new ArchiveOptions(fileBytes, flushInterval, queueEvents, limit);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
