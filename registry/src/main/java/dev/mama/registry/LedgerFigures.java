package dev.mama.registry;

import dev.mama.journal.JournalFigures;

/**
 * What a ledger on disk has done since it was opened.
 *
 * <p>Immutable.
 *
 * @param entries pieces of evidence kept
 * @param refused pieces of evidence that could not be kept, such as those that met a full disk
 * @param recovered pieces of evidence and accounts read when it was opened
 * @param compactions how often it was written anew
 * @param failedCompactions how often that failed; the ledger goes on with what it has
 * @param journal blocks, bytes, forces and segments below
 */
public record LedgerFigures(
    long entries,
    long refused,
    long recovered,
    long compactions,
    long failedCompactions,
    JournalFigures journal) {

  /** How many pieces of evidence one force served on average, 0 before the first. */
  public double entriesPerForce() {
    return journal.forces() == 0 ? 0 : (double) entries / journal.forces();
  }
}
