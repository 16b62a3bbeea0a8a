package dev.mama.registry;

import dev.mama.Dimension;
import dev.mama.journal.Grade;
import dev.mama.journal.JournalOptions;
import java.time.Duration;
import java.util.Map;

/**
 * How a ledger on disk is kept.
 *
 * <p>Immutable.
 *
 * @param halfLife after which evidence counts half; kept with the ledger, which is not opened with
 *     another
 * @param weights how much each dimension weighs, as in {@link InMemoryTrustLedger#create(Duration,
 *     dev.mama.Time, Map)}; kept with the ledger as well
 * @param grade what acknowledged evidence survives: {@link Grade#JOURNALLED} kill -9, {@link
 *     Grade#SYNCED} a power failure too
 * @param compactAfterBytes how much is written after a compaction before the next one; never less
 *     than what the last one wrote, so that at most half of all writing is compaction
 * @param blockEntries how many pieces of evidence share one block, one hash and one force, at most
 */
public record LedgerOptions(
    Duration halfLife,
    Map<Dimension, Double> weights,
    Grade grade,
    long compactAfterBytes,
    int blockEntries) {

  private static final int MIB = 1 << 20;
  private static final int LARGEST_BLOCK = 16_384;

  /**
   * @throws IllegalArgumentException if an option is out of its range
   */
  public LedgerOptions {
    weights = Map.copyOf(weights);
    if (grade == Grade.MEMORY) {
      throw new IllegalArgumentException(
          "grade MEMORY keeps nothing; use JOURNALLED or SYNCED, or an InMemoryTrustLedger");
    }
    if (compactAfterBytes < 1) {
      throw new IllegalArgumentException(
          "compactAfterBytes %d must be at least 1".formatted(compactAfterBytes));
    }
    if (blockEntries < 1 || blockEntries > LARGEST_BLOCK) {
      throw new IllegalArgumentException(
          "blockEntries %d must be 1 to %d".formatted(blockEntries, LARGEST_BLOCK));
    }
  }

  /**
   * A half-life of 7 days, dimensions that weigh as in the MAMA report (see {@link
   * InMemoryTrustLedger#create(Duration, Time)}), SYNCED, compaction after 256 MiB, blocks of at
   * most 16,384.
   */
  public static LedgerOptions defaults() {
    return new LedgerOptions(
        InMemoryTrustLedger.DEFAULT_HALF_LIFE,
        Weights.REPORT.asMap(),
        Grade.SYNCED,
        256L * MIB,
        LARGEST_BLOCK);
  }

  /** These options with another half-life. */
  public LedgerOptions halfLife(Duration other) {
    return new LedgerOptions(other, weights, grade, compactAfterBytes, blockEntries);
  }

  /** These options with other weights. */
  public LedgerOptions weights(Map<Dimension, Double> other) {
    return new LedgerOptions(halfLife, other, grade, compactAfterBytes, blockEntries);
  }

  /** These options with another grade. */
  public LedgerOptions grade(Grade other) {
    return new LedgerOptions(halfLife, weights, other, compactAfterBytes, blockEntries);
  }

  /** These options with another size at which the ledger is compacted. */
  public LedgerOptions compactAfterBytes(long bytes) {
    return new LedgerOptions(halfLife, weights, grade, bytes, blockEntries);
  }

  /** These options with another size of a block. */
  public LedgerOptions blockEntries(int entries) {
    return new LedgerOptions(halfLife, weights, grade, compactAfterBytes, entries);
  }

  /** The journal below: records of the largest block, segments a quarter of a compaction. */
  JournalOptions journal() {
    int record = Block.bytes(blockEntries);
    int inFlight = 2 * record;
    long segment = Math.max(inFlight + 4096L, Math.min(compactAfterBytes / 4, 64L * MIB));
    return new JournalOptions("trust-ledger", record, inFlight, segment);
  }
}
