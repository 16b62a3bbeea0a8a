package dev.mama.bench.compare;

import java.util.Arrays;

/**
 * EigenTrust: S. Kamvar, M. Schlosser and H. Garcia-Molina, The EigenTrust Algorithm for Reputation
 * Management in P2P Networks, WWW 2003. Its scores are shares of all trust, so they rank but do not
 * estimate.
 *
 * <p>Not thread-safe.
 */
public final class EigenTrust implements Reputation {

  /** Share of trust that goes back to the pre-trusted in each round. */
  private static final double RESTART = 0.15;

  private static final int MOST_ROUNDS = 1_000;
  private static final double PRECISION = 1e-12;

  private final Pairs pairs;
  private final double[] preTrusted;

  /**
   * With the share {@code kept} of its weight that evidence keeps over a step.
   *
   * @param preTrusted agents believed from the start, at least one
   */
  public EigenTrust(int agents, double kept, int... preTrusted) {
    pairs = new Pairs(agents, kept);
    this.preTrusted = new double[agents];
    for (int agent : preTrusted) {
      this.preTrusted[agent] = 1.0 / preTrusted.length;
    }
  }

  @Override
  public void rate(int rater, int subject, double quality) {
    pairs.add(rater, subject, quality);
  }

  @Override
  public void endStep() {
    pairs.endStep();
  }

  @Override
  public double[] scores() {
    double[][] local = local();
    double[] trust = preTrusted.clone();
    for (int round = 0; round < MOST_ROUNDS; round++) {
      double[] next = new double[trust.length];
      for (int rater = 0; rater < trust.length; rater++) {
        for (int subject = 0; subject < trust.length; subject++) {
          next[subject] += trust[rater] * local[rater][subject];
        }
      }
      double change = 0;
      for (int i = 0; i < trust.length; i++) {
        next[i] = (1 - RESTART) * next[i] + RESTART * preTrusted[i];
        change += Math.abs(next[i] - trust[i]);
      }
      trust = next;
      if (change < PRECISION) {
        break;
      }
    }
    return trust;
  }

  /** Each rater's satisfied less unsatisfied interactions, not below 0, as shares of their sum. */
  private double[][] local() {
    double[][] local = new double[pairs.agents()][];
    for (int rater = 0; rater < local.length; rater++) {
      double[] row = new double[local.length];
      for (int subject = 0; subject < row.length; subject++) {
        row[subject] = Math.max(0, pairs.good[rater][subject] - pairs.bad[rater][subject]);
      }
      double sum = Arrays.stream(row).sum();
      for (int subject = 0; subject < row.length; subject++) {
        row[subject] = sum > 0 ? row[subject] / sum : preTrusted[subject];
      }
      local[rater] = row;
    }
    return local;
  }
}
