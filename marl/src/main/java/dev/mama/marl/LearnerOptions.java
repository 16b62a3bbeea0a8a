package dev.mama.marl;

/**
 * How a policy is learned.
 *
 * <p>Immutable.
 *
 * @param seed of all chance; the same seed on the same machine gives the same weights
 * @param device {@code cpu}, {@code cuda}, {@code mps} or {@code auto}
 * @param shape what it chooses among
 * @param objective what a decision is rewarded by
 * @param discount of the rewards of the same requester's later decisions, in [0, 1); 0 for none
 * @param drawn whether every second run is played in a world of its own, {@link
 *     WorldSettings#drawn}, so that what is learned does not hold in the given worlds alone
 * @param effort how much is played and learned from
 */
public record LearnerOptions(
    long seed,
    String device,
    ActionShape shape,
    Objective objective,
    double discount,
    boolean drawn,
    Effort effort) {

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
   * How much is played and learned from.
   *
   * <p>Immutable.
   *
   * @param tuningRuns runs of a world that tune the rule it starts from
   * @param rounds how often it plays and learns
   * @param runs runs of a world in each round
   * @param epochs how often a round's decisions are learned from
   * @param batch decisions in one step of the optimiser
   * @param rate step size of Adam in the first round; it falls evenly to a tenth
   * @param validationRuns runs on which policies are compared, every few rounds
   */
  public record Effort(
      int tuningRuns,
      int rounds,
      int runs,
      int epochs,
      int batch,
      double rate,
      int validationRuns) {

    /**
     * @throws IllegalArgumentException if a number is out of its range
     */
    public Effort {
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

    /** The same with another number of rounds. */
    public Effort rounds(int other) {
      return new Effort(tuningRuns, other, runs, epochs, batch, rate, validationRuns);
    }

    /** The same with another number of runs on which policies are compared. */
    public Effort validationRuns(int other) {
      return new Effort(tuningRuns, rounds, runs, epochs, batch, rate, other);
    }

    /** Runs that are played until something is learned: for tuning and in all rounds. */
    public int allRuns() {
      return Math.addExact(tuningRuns, Math.multiplyExact(rounds, runs));
    }
  }

  /**
   * @throws IllegalArgumentException if the discount is out of its range
   */
  public LearnerOptions {
    if (!(discount >= 0 && discount < 1)) {
      throw new IllegalArgumentException("discount %s must be in [0, 1)".formatted(discount));
    }
  }

  /** What the shipped policy was learned with, on the CPU. */
  public static LearnerOptions defaults(long seed) {
    return new LearnerOptions(
        seed,
        "cpu",
        ActionShape.CANDIDATES,
        Objective.FORESEEN,
        0,
        false,
        new Effort(240, 40, 8, 3, 1024, 1e-3, 24));
  }

  /** These options with another device. */
  public LearnerOptions device(String other) {
    return new LearnerOptions(seed, other, shape, objective, discount, drawn, effort);
  }

  /** These options with another shape. */
  public LearnerOptions shape(ActionShape other) {
    return new LearnerOptions(seed, device, other, objective, discount, drawn, effort);
  }

  /** These options with another objective and discount. */
  public LearnerOptions objective(Objective other, double itsDiscount) {
    return new LearnerOptions(seed, device, shape, other, itsDiscount, drawn, effort);
  }

  /** These options with drawn worlds or without. */
  public LearnerOptions drawn(boolean other) {
    return new LearnerOptions(seed, device, shape, objective, discount, other, effort);
  }

  /** These options with another effort. */
  public LearnerOptions effort(Effort other) {
    return new LearnerOptions(seed, device, shape, objective, discount, drawn, other);
  }
}
