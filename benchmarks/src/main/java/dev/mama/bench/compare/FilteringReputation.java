package dev.mama.bench.compare;

/**
 * Beta reputation that leaves out raters far from the majority: A. Whitby, A. Jøsang and J.
 * Indulska, Filtering Out Unfair Ratings in Bayesian Reputation Systems, 2004. A rater is left out
 * of a subject's score while that score lies outside the 1 % and 99 % quantiles of the Beta
 * distribution of this rater's own ratings, until nothing changes.
 *
 * <p>Not thread-safe.
 */
public final class FilteringReputation implements Reputation {

  private static final double QUANTILE = 0.01;
  private static final int MOST_ROUNDS = 50;

  private final Pairs pairs;

  /** With the share {@code kept} of its weight that evidence keeps over a step. */
  public FilteringReputation(int agents, double kept) {
    pairs = new Pairs(agents, kept);
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
    double[] scores = new double[pairs.agents()];
    for (int subject = 0; subject < scores.length; subject++) {
      scores[subject] = score(subject);
    }
    return scores;
  }

  private double score(int subject) {
    boolean[] out = new boolean[pairs.agents()];
    boolean changed = true;
    double score = 0.5;
    for (int round = 0; changed && round < MOST_ROUNDS; round++) {
      score = mean(subject, out);
      changed = false;
      for (int rater = 0; rater < out.length; rater++) {
        double good = pairs.good[rater][subject];
        double bad = pairs.bad[rater][subject];
        if (!out[rater] && good + bad > 0) {
          double below = BetaDistribution.below(score, good + 1, bad + 1);
          out[rater] = below < QUANTILE || below > 1 - QUANTILE;
          changed |= out[rater];
        }
      }
    }
    return score;
  }

  private double mean(int subject, boolean[] out) {
    double good = 1;
    double all = 2;
    for (int rater = 0; rater < out.length; rater++) {
      if (!out[rater]) {
        good += pairs.good[rater][subject];
        all += pairs.good[rater][subject] + pairs.bad[rater][subject];
      }
    }
    return good / all;
  }
}
