package dev.mama.marl;

import dev.mama.Candidate;
import dev.mama.State;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A decision to be made in a {@link World}.
 *
 * <p>Confined to the run's thread, and to the call that gets it.
 */
public final class Situation {

  private final World world;
  private final int number;
  private final int process;
  private final int field;
  private final int[] helpers;
  private final List<Candidate> candidates;
  private final State state;
  private final RandomGenerator random;

  Situation(
      World world,
      int number,
      int process,
      int field,
      int[] helpers,
      List<Candidate> candidates,
      State state,
      RandomGenerator random) {
    this.world = world;
    this.number = number;
    this.process = process;
    this.field = field;
    this.helpers = helpers;
    this.candidates = candidates;
    this.state = state;
    this.random = random;
  }

  /** Its number in the run, from 0. */
  public int number() {
    return number;
  }

  /** What a policy sees. */
  public State state() {
    return state;
  }

  /** Who may be asked, best match first. */
  public List<Candidate> candidates() {
    return candidates;
  }

  /** What a sampling policy draws from. */
  public RandomGenerator random() {
    return random;
  }

  /** The process of the requester. */
  int process() {
    return process;
  }

  /** The candidates' numbers among the helpers. */
  int helper(int candidate) {
    return helpers[candidate];
  }

  /**
   * What nobody may know: the expected reward of a candidate by true skill and true queue.
   *
   * @param queueWeight how much more a second of its queue costs than its asker waits
   */
  double truth(int candidate, double queueWeight) {
    return world.truth(helpers[candidate], field, queueWeight);
  }

  /** The reward of asking nobody. */
  double worthOfNone() {
    return world.worthOfNone();
  }
}
