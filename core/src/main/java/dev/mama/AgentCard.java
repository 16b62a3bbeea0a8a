package dev.mama;

import java.util.List;

/**
 * What an agent offers, in words; the source of its embedding (the term is A2A's).
 *
 * <p>Immutable.
 *
 * @param agent whose card
 * @param specialty the field it works in, one or two words; a label for people, reports and
 *     filters, never matched with needs; at most 1,000 characters
 * @param description what it can do, in its own words; this is what needs are matched with. 1 to
 *     10,000 characters
 * @param details what else is said of it
 */
public record AgentCard(AgentId agent, String specialty, String description, Details details) {

  private static final int LONGEST = 10_000;
  private static final int LONGEST_LABEL = 1_000;

  /**
   * What a card may say besides.
   *
   * @param owner who answers for the agent, at most 128 characters; agents of one owner do not rate
   *     each other. Empty if it is not said
   * @param version of the agent, at most 128 characters; empty if it is not said
   * @param skills what it can do, one by one, at most 100
   * @param endpoints where it can be reached from elsewhere, the preferred one first, at most 100
   * @param atOnce how many requests it takes at once; 0 if it is not said
   */
  public record Details(
      String owner, String version, List<Skill> skills, List<Endpoint> endpoints, int atOnce) {

    /** Nothing is said. */
    public static final Details NONE = new Details("", "", List.of(), List.of(), 0);

    private static final int MOST = 100;

    /**
     * @throws IllegalArgumentException if there is too much of something, or {@code atOnce} is
     *     negative
     */
    public Details {
      skills = List.copyOf(skills);
      endpoints = List.copyOf(endpoints);
      shorter("owner", owner, 128);
      shorter("version", version, 128);
      if (skills.size() > MOST || endpoints.size() > MOST || atOnce < 0) {
        throw new IllegalArgumentException(
            "%d skills, %d endpoints, %d at once; a card takes 0 to %d skills and endpoints, and 0 or more at once"
                .formatted(skills.size(), endpoints.size(), atOnce, MOST));
      }
    }

    /** These details with another owner. */
    public Details owner(String other) {
      return new Details(other, version, skills, endpoints, atOnce);
    }
  }

  /**
   * One thing that an agent can do.
   *
   * @param id unique within the card, at most 128 characters
   * @param name for people, at most 1,000 characters
   * @param description at most 10,000 characters
   * @param tags keywords, at most 100 of at most 1,000 characters
   */
  public record Skill(String id, String name, String description, List<String> tags) {

    /**
     * @throws IllegalArgumentException if the id is blank, or something is too long
     */
    public Skill {
      tags = List.copyOf(tags);
      shorter("skill id", id, 128);
      shorter("skill name", name, 1_000);
      shorter("skill description", description, LONGEST);
      tags.forEach(tag -> shorter("tag", tag, 1_000));
      if (id.isBlank() || tags.size() > 100) {
        throw new IllegalArgumentException(
            "skill '%s' with %d tags; it needs an id and takes at most 100 tags"
                .formatted(id, tags.size()));
      }
    }
  }

  /**
   * An address by which an agent can be reached from elsewhere.
   *
   * @param url absolute, at most 2,000 characters
   * @param binding the protocol's binding there, such as {@code JSONRPC}
   * @param protocolVersion such as {@code 1.0}
   */
  public record Endpoint(String url, String binding, String protocolVersion) {

    /**
     * @throws IllegalArgumentException if something is missing or too long
     */
    public Endpoint {
      shorter("endpoint", url, 2_000);
      shorter("binding", binding, 128);
      shorter("protocol version", protocolVersion, 128);
      if (url.isBlank() || binding.isBlank()) {
        throw new IllegalArgumentException(
            "endpoint '%s' of binding '%s' must have both".formatted(url, binding));
      }
    }
  }

  /**
   * @throws IllegalArgumentException if the description is blank, or something is too long
   */
  public AgentCard {
    if (specialty.length() > LONGEST_LABEL) {
      throw new IllegalArgumentException(
          "specialty of agent '%s' has %d characters; it may have %d, so say more in the description"
              .formatted(agent, specialty.length(), LONGEST_LABEL));
    }
    if (description.isBlank() || description.length() > LONGEST) {
      throw new IllegalArgumentException(
          "description of agent '%s' has %d characters; it must have 1 to %d and not be blank"
              .formatted(agent, description.length(), LONGEST));
    }
  }

  /** A card that says nothing else. */
  public AgentCard(AgentId agent, String specialty, String description) {
    this(agent, specialty, description, Details.NONE);
  }

  /** Whether both are said to belong to the same owner. */
  public boolean hasOwnerOf(AgentCard other) {
    return !details.owner().isEmpty() && details.owner().equals(other.details.owner());
  }

  private static void shorter(String what, String text, int longest) {
    if (text.length() > longest) {
      throw new IllegalArgumentException(
          "%s has %d characters; it may have %d".formatted(what, text.length(), longest));
    }
  }
}
