package dev.mama.spi;

import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.Standing;

/**
 * Turns evidence into standing.
 *
 * <p>Contract, tested by {@code TrustLedgerContract} of the test kit: an unknown agent stands at
 * 0.5 with no evidence; good ratings raise trust and bad ones lower it; the order in which evidence
 * arrives does not matter (up to rounding); with time and without evidence an agent drifts back to
 * the unknown.
 *
 * <p>Implementations are thread-safe.
 */
public interface TrustLedger {

  /** Takes {@code evidence} into its subject's standing. */
  void record(Evidence evidence);

  /** How {@code agent} stands now. */
  Standing standing(AgentId agent);
}
