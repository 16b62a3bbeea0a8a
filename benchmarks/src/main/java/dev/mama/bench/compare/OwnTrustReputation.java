package dev.mama.bench.compare;

/**
 * Beta reputation in which a rater counts by its own score at that moment: the idea of discounting
 * in A. Jøsang and R. Ismail, The Beta Reputation System, 2002, in its simplest form.
 *
 * <p>Not thread-safe.
 */
public final class OwnTrustReputation implements Reputation {

  private final double[] good;
  private final double[] bad;
  private final double kept;

  /** With the share {@code kept} of its weight that evidence keeps over a step. */
  public OwnTrustReputation(int agents, double kept) {
    good = new double[agents];
    bad = new double[agents];
    this.kept = kept;
  }

  @Override
  public void rate(int rater, int subject, double quality) {
    double weight = score(rater);
    good[subject] += weight * quality;
    bad[subject] += weight * (1 - quality);
  }

  @Override
  public void endStep() {
    for (int i = 0; i < good.length; i++) {
      good[i] *= kept;
      bad[i] *= kept;
    }
  }

  @Override
  public double[] scores() {
    double[] scores = new double[good.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = score(i);
    }
    return scores;
  }

  private double score(int agent) {
    return (good[agent] + 1) / (good[agent] + bad[agent] + 2);
  }
}
