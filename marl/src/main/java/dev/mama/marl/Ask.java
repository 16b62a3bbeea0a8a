package dev.mama.marl;

/**
 * What came of a decision in a {@link World}. Times are in seconds.
 *
 * <p>Immutable.
 *
 * @param number of its {@link Situation}
 * @param requester who asked, a number from 0
 * @param process the requester's
 * @param helper who was asked, a number from 0; -1 for none
 * @param choice its position among the candidates; -1 for none
 * @param at when it was asked
 * @param waited how long it stood in the helper's queue
 * @param service how long the helper worked at it
 * @param took time to the answer, or to giving up
 * @param answered whether an answer came in time
 * @param broken whether the helper never answers it, however long one waits
 * @param quality what an answer is worth, in [0, 1]
 * @param reward what the requester got: quality less the cost of time, or the cost of failure
 * @param measured whether it counts, which an ask of the warm-up does not
 */
public record Ask(
    int number,
    int requester,
    int process,
    int helper,
    int choice,
    double at,
    double waited,
    double service,
    double took,
    boolean answered,
    boolean broken,
    double quality,
    double reward,
    boolean measured) {}
