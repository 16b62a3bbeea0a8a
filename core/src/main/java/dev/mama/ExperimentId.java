package dev.mama;

/**
 * The name of an experiment, that is of one run; it prefixes every topic and stands in every row.
 *
 * <p>Immutable.
 *
 * @param value 1 to 64 characters of {@code A-Z a-z 0-9 . _ -}
 */
public record ExperimentId(String value) {

  private static final int LONGEST = 64;

  /**
   * @throws IllegalArgumentException if {@code value} has another form
   */
  public ExperimentId {
    if (!AgentId.isName(value, LONGEST)) {
      throw new IllegalArgumentException(
          "experiment id '%s' must be 1 to 64 characters of A-Z a-z 0-9 . _ -".formatted(value));
    }
  }

  /** The experiment id {@code value}. */
  public static ExperimentId of(String value) {
    return new ExperimentId(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
