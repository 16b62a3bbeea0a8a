package dev.mama.spi;

import dev.mama.AgentId;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.Trace;
import java.util.Optional;

/**
 * Judges what help was truly worth: against an answer it knows, or by asking a second agent. What
 * it finds is the yardstick for raters, so its word must not depend on theirs.
 *
 * <p>It is asked after each rating, so neither side can know beforehand which interaction will be
 * checked. An auditor that judges each one is expensive; wrap it to judge a share of them.
 *
 * <p>Implementations are thread-safe.
 */
@FunctionalInterface
public interface Auditor {

  /**
   * An interaction that has been rated.
   *
   * @param rater who asked and rated
   * @param referral what was needed and who was chosen
   * @param rating what the rater said
   * @param reply what the chosen agent answered, as the runtime saw it; empty if it did not answer,
   *     or in another turn than that of the rating
   * @param trace the interaction's trace, under which its messages stand in the event log
   */
  record Interaction(
      AgentId rater, Referral referral, Rating rating, Optional<Payload> reply, Trace trace) {}

  /**
   * What the help was truly worth, empty where this interaction is not checked. The rater waits
   * meanwhile.
   *
   * @throws InterruptedException if interrupted while judging; nothing is recorded
   */
  Optional<Rating> audit(Interaction interaction) throws InterruptedException;

  /**
   * Finds what the rater said: for raters that are no judges of their own but compare the answer
   * with one they know, and for applications that have reason to believe every rater. A liar is
   * believed too.
   */
  static Auditor believingRaters() {
    return interaction -> Optional.of(interaction.rating());
  }
}
