package dev.mama;

import java.util.regex.Pattern;

/**
 * The name of an agent, unique within its experiment; it is a level of the agent's topics.
 *
 * <p>Immutable.
 *
 * @param value 1 to 128 characters of {@code A-Z a-z 0-9 . _ -}
 */
public record AgentId(String value) implements Comparable<AgentId> {

  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

  /**
   * @throws IllegalArgumentException if {@code value} has another form
   */
  public AgentId {
    if (!VALID.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "agent id '%s' must be 1 to 128 characters of A-Z a-z 0-9 . _ -".formatted(value));
    }
  }

  /** The agent id {@code value}; the same as the constructor, easier to read in a static import. */
  public static AgentId of(String value) {
    return new AgentId(value);
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
