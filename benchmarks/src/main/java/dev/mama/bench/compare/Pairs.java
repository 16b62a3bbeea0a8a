package dev.mama.bench.compare;

/**
 * What each rater said of each subject: the state of those methods that cannot do without.
 *
 * <p>Not thread-safe.
 */
final class Pairs {

  final double[][] good;
  final double[][] bad;
  private final double kept;

  Pairs(int agents, double kept) {
    good = new double[agents][agents];
    bad = new double[agents][agents];
    this.kept = kept;
  }

  int agents() {
    return good.length;
  }

  void add(int rater, int subject, double quality) {
    good[rater][subject] += quality;
    bad[rater][subject] += 1 - quality;
  }

  void endStep() {
    for (int rater = 0; rater < good.length; rater++) {
      for (int subject = 0; subject < good.length; subject++) {
        good[rater][subject] *= kept;
        bad[rater][subject] *= kept;
      }
    }
  }
}
