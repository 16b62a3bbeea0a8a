package dev.mama.negotiation;

/**
 * What an agent offers for a demand.
 *
 * <p>Immutable.
 *
 * @param summary what it would do, 1 to 4,000 characters
 * @param citation the words of its own card that say it can; checked by whoever asked, case,
 *     spacing and punctuation aside. At most 1,000 characters
 * @param price what it asks for, finite and not negative; the unit is the application's
 * @param quality how good it expects to be, in [0, 1], higher is better
 */
public record Offer(String summary, String citation, double price, double quality) {

  private static final int LONGEST = 4_000;
  private static final int LONGEST_CITATION = 1_000;

  /**
   * @throws IllegalArgumentException if something is out of its range
   */
  public Offer {
    if (summary.isBlank() || summary.length() > LONGEST || citation.length() > LONGEST_CITATION) {
      throw new IllegalArgumentException(
          "an offer of %d characters that cites %d; it takes 1 to %d, not blank, and cites at most %d"
              .formatted(summary.length(), citation.length(), LONGEST, LONGEST_CITATION));
    }
    if (!(price >= 0 && Double.isFinite(price)) || !(quality >= 0 && quality <= 1)) {
      throw new IllegalArgumentException(
          "price %s must be finite and not negative, quality %s in [0, 1]"
              .formatted(price, quality));
    }
  }
}
