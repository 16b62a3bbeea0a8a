package dev.mama.negotiation;

/** Says what a result is worth, for the trust ledger. Implementations are thread-safe. */
@FunctionalInterface
public interface Judge {

  /**
   * The quality of {@code result}, in [0, 1], higher is better.
   *
   * @param demand what was wanted
   * @param share what was to be done, and by whom
   * @param result what came of it, as its agent said
   */
  double quality(Demand demand, Plan.Share share, String result);

  /** Finds every result good: it tells those who perform from those who do not. */
  static Judge performedIsGood() {
    return (demand, share, result) -> 1;
  }
}
