package dev.mama;

/**
 * The name of an agent, unique within its experiment; it is a level of the agent's topics.
 *
 * <p>Immutable.
 *
 * @param value 1 to 128 characters of {@code A-Z a-z 0-9 . _ -}
 */
public record AgentId(String value) implements Comparable<AgentId> {

  private static final int LONGEST = 128;

  /**
   * @throws IllegalArgumentException if {@code value} has another form
   */
  public AgentId {
    if (!isName(value, LONGEST)) {
      throw new IllegalArgumentException(
          "agent id '%s' must be 1 to 128 characters of A-Z a-z 0-9 . _ -".formatted(value));
    }
  }

  /** The agent id {@code value}; the same as the constructor, easier to read in a static import. */
  public static AgentId of(String value) {
    return new AgentId(value);
  }

  /**
   * Whether {@code text} is 1 to {@code longest} characters that may stand in a level of a topic.
   */
  static boolean isName(String text, int longest) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letterOrDigit =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letterOrDigit && c != '.' && c != '_' && c != '-') {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= longest;
  }

  @Override
  public int compareTo(AgentId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
