package dev.mama;

/**
 * What somebody needs help with, in everyday words.
 *
 * <p>Immutable.
 *
 * @param text 1 to 10,000 characters
 */
public record Need(String text) {

  private static final int LONGEST = 10_000;

  /**
   * @throws IllegalArgumentException if the text is blank or too long
   */
  public Need {
    if (text.isBlank() || text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "a need has %d characters; it must have 1 to %d and not be blank"
              .formatted(text.length(), LONGEST));
    }
  }
}
