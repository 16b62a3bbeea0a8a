package dev.mama.registry;

/**
 * How well one rater's word agreed with what was found where it was checked, weighed as of the
 * latest check. Times are seconds from the ledger's origin.
 *
 * <p>Confined to whoever holds its account's monitor.
 */
final class Credibility {

  private static final double NO_VOTE = 0.6;
  private static final double WHOLE_VOTE = 0.9;

  double agreed;
  double disagreed;
  double asOf = Double.NEGATIVE_INFINITY;

  void add(double agreement, double weight, double at, Halving halving) {
    if (at > asOf) {
      double kept = halving.kept(at - asOf);
      agreed *= kept;
      disagreed *= kept;
      asOf = at;
    }
    double counts = weight * halving.kept(asOf - at);
    agreed += counts * agreement;
    disagreed += counts * (1 - agreement);
  }

  /** How much the rater's opinion counts now, in [0, 1]. */
  double vote(double now, Halving halving) {
    double kept = halving.kept(now - asOf);
    double odds = odds(Account.mean(agreed * kept, (agreed + disagreed) * kept));
    return Math.clamp((odds - odds(NO_VOTE)) / (odds(WHOLE_VOTE) - odds(NO_VOTE)), 0, 1);
  }

  private static double odds(double share) {
    return share / (1 - share);
  }

  Credibility copy() {
    var copy = new Credibility();
    copy.agreed = agreed;
    copy.disagreed = disagreed;
    copy.asOf = asOf;
    return copy;
  }
}
