package dev.mama.negotiation;

import dev.mama.AgentCard;
import java.util.Locale;

/**
 * Whether an offer stands on its agent's card: what it cites must stand there word for word, so
 * that nobody is invented and nobody offers what nothing is known of. Case, punctuation and spacing
 * do not count.
 */
final class Citation {

  /** Fewer characters say nothing, unless the card says no more. */
  private static final int SHORTEST = 8;

  private Citation() {}

  /** Why {@code offer} does not stand on {@code card}; empty if it does. */
  static String problem(Offer offer, AgentCard card) {
    String cited = plain(offer.citation());
    if (plain(card.description()).equals(cited) || plain(card.specialty()).equals(cited)) {
      return cited.isEmpty() ? "it cites nothing" : "";
    }
    if (cited.length() < SHORTEST) {
      return "it cites '%s'; %d characters of its card are the least"
          .formatted(offer.citation(), SHORTEST);
    }
    boolean found =
        (" " + plain(card.description()) + " ").contains(" " + cited + " ")
            || card.details().skills().stream()
                .anyMatch(skill ->
                    (" " + plain(skill.name() + " " + skill.description()) + " ")
                        .contains(" " + cited + " "));
    return found
        ? ""
        : "what it cites, '%s', does not stand on its card".formatted(offer.citation());
  }

  private static String plain(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
  }
}
