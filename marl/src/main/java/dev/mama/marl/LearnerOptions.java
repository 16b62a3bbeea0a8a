package dev.mama.marl;

/**
 * How a policy is learned.
 *
 * <p>Immutable.
 *
 * @param seed of all chance; the same seed on the same machine gives the same weights
 * @param device {@code cpu}, {@code cuda}, {@code mps} or {@code auto}
 * @param objective what a decision is rewarded by
 * @param discount of the rewards of the same requester's later decisions, in [0, 1); 0 for none
 * @param tuningRuns runs of a world that tune the rule it starts from
 * @param rounds how often it plays and learns
 * @param runs runs of a world in each round
 * @param epochs how often a round's decisions are learned from
 * @param batch decisions in one step of the optimiser
 * @param rate step size of Adam in the first round; it falls evenly to a tenth
 * @param validationRuns runs on which policies are compared, every few rounds
 */
public record LearnerOptions(
    long seed,
    String device,
    Objective objective,
    double discount,
    int tuningRuns,
    int rounds,
    int runs,
    int epochs,
    int batch,
    double rate,
    int validationRuns) {

  /** What a decision is rewarded by while learning; it is judged by the mean reward of all. */
  public enum Objective {
    /** What its requester got. */
    OWN,
    /** The same, with the time charged twice, as a price of congestion. */
    PRICED,
    /** The same, less what the others lost because they had to wait for it. */
    DIFFERENCE,
    /**
     * What each candidate would have been worth, the chosen one or not, by its true skill and its
     * true queue, a second of which counts once for the asker and twice for those behind it. Only a
     * simulation knows that, and only while learning.
     */
    FORESEEN,
    /** What all requesters got who asked in the two seconds from then on, on average. */
    TEAM
  }

  /**
   * @throws IllegalArgumentException if an option is out of its range
   */
  public LearnerOptions {
    if (!(discount >= 0 && discount < 1)) {
      throw new IllegalArgumentException("discount %s must be in [0, 1)".formatted(discount));
    }
    if (!(rate > 0 && rate < 1)) {
      throw new IllegalArgumentException("rate %s must be in (0, 1)".formatted(rate));
    }
    atLeast("tuningRuns", tuningRuns, 24);
    atLeast("rounds", rounds, 1);
    atLeast("runs", runs, 1);
    atLeast("epochs", epochs, 1);
    atLeast("batch", batch, 2);
    atLeast("validationRuns", validationRuns, 1);
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least || value > 1_000_000) {
      throw new IllegalArgumentException(
          "%s %d must be %d to 1,000,000".formatted(name, value, least));
    }
  }

  /** What the shipped policy was learned with, on the CPU. */
  public static LearnerOptions defaults(long seed) {
    return new LearnerOptions(seed, "cpu", Objective.FORESEEN, 0, 240, 40, 8, 3, 1024, 1e-3, 24);
  }

  /** These options with another device. */
  public LearnerOptions device(String other) {
    return new LearnerOptions(
        seed,
        other,
        objective,
        discount,
        tuningRuns,
        rounds,
        runs,
        epochs,
        batch,
        rate,
        validationRuns);
  }

  /** These options with another number of rounds. */
  public LearnerOptions rounds(int other) {
    return new LearnerOptions(
        seed,
        device,
        objective,
        discount,
        tuningRuns,
        other,
        runs,
        epochs,
        batch,
        rate,
        validationRuns);
  }

  /** These options with another objective and discount. */
  public LearnerOptions objective(Objective other, double itsDiscount) {
    return new LearnerOptions(
        seed,
        device,
        other,
        itsDiscount,
        tuningRuns,
        rounds,
        runs,
        epochs,
        batch,
        rate,
        validationRuns);
  }
}
