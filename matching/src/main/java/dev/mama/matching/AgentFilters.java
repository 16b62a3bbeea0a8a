package dev.mama.matching;

import dev.mama.AgentId;
import dev.mama.spi.Registry;
import dev.mama.spi.TrustLedger;
import java.util.function.Predicate;

/**
 * Which agents a search may answer with; {@code alive(registry).and(trusted(ledger, 0.6))}.
 *
 * <p>Thread-safe, as registry and ledger are.
 */
public final class AgentFilters {

  private AgentFilters() {}

  /** Those that are alive at the moment of the search. */
  public static Predicate<AgentId> alive(Registry registry) {
    return registry::isAlive;
  }

  /**
   * Those whose trust is at least {@code least}.
   *
   * @param least in [0, 1]; an unknown agent has 0.5
   * @throws IllegalArgumentException if {@code least} is out of its range
   */
  public static Predicate<AgentId> trusted(TrustLedger ledger, double least) {
    if (!(least >= 0 && least <= 1)) {
      throw new IllegalArgumentException("least trust %s must be in [0, 1]".formatted(least));
    }
    return agent -> ledger.standing(agent).trust() >= least;
  }

  /** Those whose card is tagged with {@code specialty}. */
  public static Predicate<AgentId> specialty(Registry registry, String specialty) {
    return agent ->
        registry.card(agent).filter(card -> card.specialty().equals(specialty)).isPresent();
  }
}
