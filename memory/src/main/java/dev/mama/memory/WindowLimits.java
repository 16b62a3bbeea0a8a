package dev.mama.memory;

/**
 * How much of a conversation is kept word by word.
 *
 * <p>Immutable.
 *
 * @param messages the most messages, at least 1
 * @param tokens the most tokens, the summary's included, at least 1; the latest message stays in
 *     any case
 */
public record WindowLimits(int messages, int tokens) {

  /**
   * @throws IllegalArgumentException if a limit is less than 1
   */
  public WindowLimits {
    if (messages < 1 || tokens < 1) {
      throw new IllegalArgumentException(
          "a window of %d messages and %d tokens holds nothing; both must be at least 1"
              .formatted(messages, tokens));
    }
  }
}
