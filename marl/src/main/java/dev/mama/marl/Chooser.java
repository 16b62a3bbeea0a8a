package dev.mama.marl;

/**
 * What decides for all requesters of one run of a {@link World}.
 *
 * <p>Confined to the run's thread.
 */
public interface Chooser {

  /** Position of the candidate to ask, or -1 for none. */
  int choose(Situation situation);

  /** Told when an answer comes, or its asker gives up: what was chosen, and what came of it. */
  default void learn(Ask ask) {}
}
