package dev.mama.spi;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.Standing;

/**
 * Turns evidence into standing.
 *
 * <p>Contract, tested by {@code TrustLedgerContract} of the test kit:
 *
 * <ul>
 *   <li>An unknown agent stands at 0.5 with no evidence; good evidence raises trust and bad lowers
 *       it; with time and without evidence an agent drifts back to the unknown.
 *   <li>Checked evidence counts once and in full, for what was found. Of witnessed evidence a
 *       missing answer counts as help worth nothing; an answer that came speaks for reliability,
 *       success rate and response time, and not for trust.
 *   <li>An opinion counts by how well its rater agreed with what was found when it was checked: not
 *       at all for a rater that was never checked, or that agreed no better than chance. How the
 *       rater itself stands makes no difference, and neither does how many say the same.
 *   <li>Checked and witnessed evidence comes to the same in any order (up to rounding), and so do
 *       opinions between two checks of their raters. An opinion is weighed when it arrives, by the
 *       checks that arrived before; later ones do not weigh it again.
 * </ul>
 *
 * <p>Implementations are thread-safe.
 */
public interface TrustLedger {

  /**
   * Takes {@code evidence} into its subject's standing and its rater's credibility. A ledger on
   * disk waits until that is kept.
   *
   * @throws dev.mama.MamaException if the ledger cannot take it; it does not count
   */
  void record(Evidence evidence);

  /** How {@code agent} stands now. */
  Standing standing(AgentId agent);

  /**
   * What is thought of {@code agent} now in one dimension, in [0, 1], higher is better; 0.5 where
   * nothing was said of it.
   *
   * @throws UnsupportedOperationException if this ledger tells no dimensions apart, as a copy
   */
  double trust(AgentId agent, Dimension dimension);
}
