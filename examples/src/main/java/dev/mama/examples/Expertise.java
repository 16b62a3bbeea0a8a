package dev.mama.examples;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What no agent knows of another: how often it answers right, and how fast. Drawn by seed; the
 * scripted model acts by it.
 *
 * <p>Immutable.
 *
 * @param skill probability of a right answer, in [0, 1]
 * @param latency time the model takes to answer for this agent
 */
public record Expertise(double skill, Duration latency) {

  private static final double[] SKILLS = {0.95, 0.8, 0.55, 0.25};

  /** Each card's expertise: within a specialty the four skills take turns, from a random one on. */
  public static Map<AgentId, Expertise> draw(List<AgentCard> cards, long seed) {
    var random = new SplittableRandom(seed);
    Map<String, Integer> turns = new HashMap<>();
    Map<AgentId, Expertise> drawn = new HashMap<>();
    for (AgentCard card : cards) {
      int turn =
          turns.merge(card.specialty(), random.nextInt(SKILLS.length), (last, fresh) -> last + 1);
      drawn.put(
          card.agent(),
          new Expertise(SKILLS[turn % SKILLS.length], Duration.ofMillis(random.nextInt(5, 60))));
    }
    return Map.copyOf(drawn);
  }
}
