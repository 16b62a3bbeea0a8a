package dev.mama.registry;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Standing;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An agent as a registry's owner lists it for those who keep a copy.
 *
 * <p>Immutable.
 *
 * @param card its card; one that is very long is without skills and endpoints
 * @param state how it is
 * @param sinceMillis since when, by the owner's wall clock, in milliseconds of Unix time
 * @param standing how it stands with those who worked with it; null if nothing is known
 */
record Listed(AgentCard card, Liveness.State state, long sinceMillis, @Nullable Standing standing) {

  /** About how many characters of cards stand in one message, which is a third of 1 MiB at most. */
  static final int MOST_CHARS = 1 << 17;

  private static final int FRAME = 400;
  private static final double UNKNOWN = 0.5;

  static Listed of(AgentCard card, Liveness liveness) {
    AgentCard listed = card;
    if (chars(card) > MOST_CHARS) {
      listed =
          new AgentCard(
              card.agent(),
              card.specialty(),
              card.description(),
              AgentCard.Details.NONE.owner(card.details().owner()));
    }
    return new Listed(listed, liveness.state(), liveness.since().toEpochMilli(), null);
  }

  /** The same with how it stands. */
  Listed standing(Standing now) {
    return new Listed(
        card, state, sinceMillis, now.evidence() > 0 || now.successRate() != UNKNOWN ? now : null);
  }

  AgentId agent() {
    return card.agent();
  }

  Liveness liveness() {
    return new Liveness(state, Instant.ofEpochMilli(sinceMillis));
  }

  int chars() {
    return chars(card);
  }

  static int chars(AgentCard card) {
    int chars = FRAME + card.specialty().length() + card.description().length();
    for (AgentCard.Skill skill : card.details().skills()) {
      chars += FRAME + skill.name().length() + skill.description().length();
      for (String tag : skill.tags()) {
        chars += tag.length();
      }
    }
    for (AgentCard.Endpoint endpoint : card.details().endpoints()) {
      chars += FRAME + endpoint.url().length();
    }
    return chars;
  }
}
