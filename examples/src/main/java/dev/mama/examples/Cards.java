package dev.mama.examples;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.examples.YamlEntries.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The demo's agents, as a YAML list of {@code {id, specialty, description}}.
 *
 * <p>Thread-safe; it holds nothing.
 */
public final class Cards {

  private static final Set<String> FIELDS =
      new LinkedHashSet<>(List.of("id", "specialty", "description"));

  private Cards() {}

  /** The 100 cards that come with the demo: 25 specialties, four agents each. */
  public static List<AgentCard> builtIn() {
    return cards(YamlEntries.builtIn("cards.yaml", FIELDS));
  }

  /** The 50 cards of a hackathon's participants: ten specialties, five people each. */
  public static List<AgentCard> hackathon() {
    return cards(YamlEntries.builtIn("hackathon.yaml", FIELDS));
  }

  /**
   * The cards in {@code file}.
   *
   * @throws InputException if it cannot be read, has another form, or two cards have one id
   */
  public static List<AgentCard> read(Path file) {
    return cards(YamlEntries.read(file, FIELDS));
  }

  private static List<AgentCard> cards(List<Entry> entries) {
    var cards = new ArrayList<AgentCard>();
    Map<String, String> places = new HashMap<>();
    for (Entry entry : entries) {
      String id = entry.required("id");
      String before = places.putIfAbsent(id, entry.place());
      if (before != null) {
        throw entry.wrong(
            "id '%s' stands at %s already; give each card its own".formatted(id, before));
      }
      try {
        cards.add(
            new AgentCard(
                AgentId.of(id), entry.required("specialty"), entry.required("description")));
      } catch (IllegalArgumentException e) {
        throw entry.wrong(String.valueOf(e.getMessage()));
      }
    }
    return List.copyOf(cards);
  }

  /**
   * The first {@code count} of {@code cards}; where there are fewer, they are used again under new
   * ids ({@code plumbing-1.2} is the second agent with the card of {@code plumbing-1}).
   *
   * @param count at least 1
   */
  public static List<AgentCard> scale(List<AgentCard> cards, int count) {
    var scaled = new ArrayList<AgentCard>(count);
    for (int i = 0; i < count; i++) {
      AgentCard card = cards.get(i % cards.size());
      int round = i / cards.size();
      scaled.add(
          round == 0
              ? card
              : new AgentCard(
                  AgentId.of(card.agent() + "." + (round + 1)),
                  card.specialty(),
                  card.description()));
    }
    return List.copyOf(scaled);
  }
}
