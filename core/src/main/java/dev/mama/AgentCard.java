package dev.mama;

/**
 * What an agent offers, in words; the source of its embedding (the term is A2A's).
 *
 * <p>Immutable.
 *
 * @param agent whose card
 * @param specialty the field it works in, one or two words; a label for people and reports, never
 *     matched
 * @param description what it can do, in its own words; this is what needs are matched with. 1 to
 *     10,000 characters
 */
public record AgentCard(AgentId agent, String specialty, String description) {

  private static final int LONGEST = 10_000;

  /**
   * @throws IllegalArgumentException if the description is blank or too long
   */
  public AgentCard {
    if (description.isBlank() || description.length() > LONGEST) {
      throw new IllegalArgumentException(
          "description of agent '%s' has %d characters; it must have 1 to %d and not be blank"
              .formatted(agent, description.length(), LONGEST));
    }
  }
}
