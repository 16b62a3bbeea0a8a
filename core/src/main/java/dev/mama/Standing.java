package dev.mama;

/**
 * How an agent stands with those who worked with it: estimates, drawn towards the unknown agent's
 * values while there is little evidence.
 *
 * <p>Immutable.
 *
 * @param trust expected quality of its help in [0, 1], higher is better; 0.5 for an unknown agent
 * @param evidence how many interactions stand behind {@code trust}, older ones and those told by
 *     raters of less credibility counted less; not negative. 0 for an unknown agent, so trust of
 *     0.5 with evidence 0 says nothing and with evidence 50 says much
 * @param lowerBound lower end of the 90 % interval of {@code trust}, in [0, 1]
 * @param successRate share of its interactions that were answered in time, in [0, 1]; 0.5 for an
 *     unknown agent
 * @param responseMillis mean time to answer, in milliseconds; {@link #UNKNOWN_RESPONSE_MILLIS} for
 *     an unknown agent
 */
public record Standing(
    double trust, double evidence, double lowerBound, double successRate, double responseMillis) {

  /** The response time assumed of an agent that never answered: 1 second. */
  public static final double UNKNOWN_RESPONSE_MILLIS = 1_000;

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public Standing {
    share("trust", trust);
    share("lowerBound", lowerBound);
    share("successRate", successRate);
    if (!(evidence >= 0 && responseMillis >= 0 && responseMillis < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "evidence %s and responseMillis %s must be finite and not negative"
              .formatted(evidence, responseMillis));
    }
  }

  private static void share(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("%s %s must be in [0, 1]".formatted(name, value));
    }
  }
}
