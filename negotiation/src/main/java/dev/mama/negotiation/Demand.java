package dev.mama.negotiation;

import dev.mama.AgentId;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What somebody wants agents to agree on, in everyday words.
 *
 * <p>Immutable.
 *
 * @param requester who wants it; never invited itself
 * @param text 1 to 10,000 characters
 * @param profile what is known of the requester, for the words of the demand; may be empty
 * @param members how many agents shall share it, 1 to 1,000
 * @param budget the most that all shares may cost together, in the unit of the offers' prices;
 *     empty for no bound
 * @param invited whom to ask, instead of those who match best; empty to have them found
 */
public record Demand(
    AgentId requester,
    String text,
    String profile,
    int members,
    OptionalDouble budget,
    List<AgentId> invited) {

  private static final int LONGEST = 10_000;
  private static final int MOST_MEMBERS = 1_000;
  private static final int MOST_INVITED = 10_000;

  /**
   * @throws IllegalArgumentException if something is out of its range
   */
  public Demand {
    Objects.requireNonNull(requester, "requester");
    invited = List.copyOf(invited);
    if (text.isBlank() || text.length() > LONGEST || profile.length() > LONGEST) {
      throw new IllegalArgumentException(
          "a demand of %d characters with a profile of %d; it takes 1 to %d, not blank, and a profile of at most %d"
              .formatted(text.length(), profile.length(), LONGEST, LONGEST));
    }
    if (members < 1 || members > MOST_MEMBERS || invited.size() > MOST_INVITED) {
      throw new IllegalArgumentException(
          "%d members of %d invited; a demand takes 1 to %d members and at most %,d invited"
              .formatted(members, invited.size(), MOST_MEMBERS, MOST_INVITED));
    }
    if (budget.isPresent()
        && !(budget.getAsDouble() >= 0 && Double.isFinite(budget.getAsDouble()))) {
      throw new IllegalArgumentException(
          "budget %s must be finite and not negative".formatted(budget.getAsDouble()));
    }
  }

  /** A demand for one agent, without profile or budget, to be met by whoever matches. */
  public static Demand of(AgentId requester, String text) {
    return new Demand(requester, text, "", 1, OptionalDouble.empty(), List.of());
  }

  /** The same with what is known of the requester. */
  public Demand profile(String words) {
    return new Demand(requester, text, words, members, budget, invited);
  }

  /** The same for so many agents. */
  public Demand members(int count) {
    return new Demand(requester, text, profile, count, budget, invited);
  }

  /** The same with a bound on the price of all shares together. */
  public Demand budget(double most) {
    return new Demand(requester, text, profile, members, OptionalDouble.of(most), invited);
  }

  /** The same, asked of {@code agents} instead of those who match best. */
  public Demand invited(List<AgentId> agents) {
    return new Demand(requester, text, profile, members, budget, agents);
  }
}
