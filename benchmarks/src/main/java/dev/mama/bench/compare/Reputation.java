package dev.mama.bench.compare;

/**
 * A way to turn ratings into scores, for comparison. Agents are numbered from 0.
 *
 * <p>Implementations are not thread-safe.
 */
public interface Reputation {

  /** Takes {@code rater}'s word that {@code subject}'s help was worth {@code quality} in [0, 1]. */
  void rate(int rater, int subject, double quality);

  /** Ends a step: all evidence keeps the same share of its weight. */
  void endStep();

  /** The score of each agent, higher is better. */
  double[] scores();
}
