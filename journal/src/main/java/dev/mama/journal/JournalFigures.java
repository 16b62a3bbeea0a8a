package dev.mama.journal;

/**
 * What a journal has done since it was opened.
 *
 * <p>Immutable.
 *
 * @param records records written
 * @param bytes bytes written for them, their headers included
 * @param forces calls that made the disk keep what was written; one serves all who wait
 * @param forceMedianNanos the median of the last 1,024 of them, 0 before the first
 * @param refused records that could not be written, such as those that met a full disk
 * @param cutBytes bytes of a torn tail that were cut off when the journal was opened
 * @param segments segment files now
 */
public record JournalFigures(
    long records,
    long bytes,
    long forces,
    long forceMedianNanos,
    long refused,
    long cutBytes,
    int segments) {

  /** How many records one force served on average, 0 before the first. */
  public double recordsPerForce() {
    return forces == 0 ? 0 : (double) records / forces;
  }
}
