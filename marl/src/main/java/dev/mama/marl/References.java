package dev.mama.marl;

import dev.mama.StateShape;
import dev.mama.StateShape.Offset;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** What a learned policy is measured beside. */
public final class References {

  private References() {}

  /** Any candidate, all alike. */
  public static Contender random() {
    return new Contender(
        "random", () -> situation -> situation.random().nextInt(situation.candidates().size()));
  }

  /** Always the closest card. */
  public static Contender topSimilarity() {
    return new Contender("top-similarity", () -> situation -> 0);
  }

  /** Always the most trusted candidate. */
  public static Contender greedyTrust() {
    return new Contender(
        "greedy-trust",
        () -> situation -> best(situation, i -> situation.candidates().get(i).standing().trust()));
  }

  /** The MAMA report's weighted score, 0.4 similarity + 0.3 trust + 0.3 success, its best. */
  public static Contender reportScore() {
    return new Contender(
        "report-score", () -> situation -> best(situation, i -> reportScore(situation, i)));
  }

  /**
   * Power of two choices (Mitzenmacher, 2001), of the two best by the report's score: the one that
   * has less to do, as far as the own process knows.
   */
  public static Contender powerOfTwo() {
    return new Contender("power-of-two", () -> References::lessLoadedOfTwo);
  }

  /**
   * C3 (Suresh et al., NSDI 2015): by response time and the cube of the estimated queue. It knows
   * nothing of quality, and is told more than an agent would be: what each answer waited in the
   * helper's queue.
   */
  public static Contender c3() {
    return new Contender("c3", C3Chooser::new);
  }

  /** A rule, sampled by softmax. */
  public static Contender rule(String name, Rule rule, ActionShape shape) {
    return new Contender(
        name,
        () ->
            situation -> {
              float[] logits = new float[shape.outputs()];
              rule.addTo(situation.state().toArray(), logits);
              double[] odds = Softmax.of(logits, situation.state(), shape);
              int action = Softmax.draw(odds, situation.random());
              return Softmax.isNone(action) ? -1 : action;
            });
  }

  /** The same as a policy, to log decisions with or to estimate. */
  public static LearnedPolicy rulePolicy(String name, Rule rule) {
    return LearnedPolicy.of(PolicyFile.ofRule(name, rule, ActionShape.CANDIDATES));
  }

  /**
   * The informed reference, its weight of the queue the best of a grid on {@code runs} tuning runs.
   */
  public static Contender tunedInformed(
      Trials trials, List<WorldSettings> worlds, int runs, ActionShape shape) {
    double best = Double.NEGATIVE_INFINITY;
    Contender tuned = informed(0, shape);
    for (double weight : new double[] {0, 0.25, 0.5, 1, 1.5, 2, 3}) {
      double reward = trials.mean(worlds, Trials.TUNING_SEEDS, runs, informed(weight, shape));
      if (reward > best) {
        best = reward;
        tuned = informed(weight, shape);
      }
    }
    return tuned;
  }

  /**
   * Sees true skill and true queues, and takes the best expected reward, a second of queue counted
   * {@code queueWeight} times more than its asker waits: for the others, whom one delays. A
   * reference, not an upper bound: it does not look ahead.
   *
   * @param shape whether it may also choose none, whose worth it knows
   */
  public static Contender informed(double queueWeight, ActionShape shape) {
    return new Contender(
        "informed",
        () ->
            situation -> {
              int best = best(situation, i -> situation.truth(i, queueWeight));
              return isWorseThanNone(situation, situation.truth(best, queueWeight), shape)
                  ? -1
                  : best;
            });
  }

  /** Whether none may be chosen and is worth more than {@code worth}. */
  static boolean isWorseThanNone(Situation situation, double worth, ActionShape shape) {
    return shape == ActionShape.CANDIDATES_OR_NONE && worth < situation.worthOfNone();
  }

  private static int lessLoadedOfTwo(Situation situation) {
    int first = best(situation, i -> reportScore(situation, i));
    int second =
        best(situation, i -> i == first ? Double.NEGATIVE_INFINITY : reportScore(situation, i));
    return situation.candidates().get(second).load() < situation.candidates().get(first).load()
        ? second
        : first;
  }

  private static double reportScore(Situation situation, int candidate) {
    int at = StateShape.candidate(candidate);
    return 0.4 * situation.state().at(at + Offset.SIMILARITY)
        + 0.3 * situation.state().at(at + Offset.TRUST)
        + 0.3 * situation.state().at(at + Offset.SUCCESS_RATE);
  }

  /** The candidate of the highest value; of equals the first. */
  static int best(Situation situation, IntToDoubleFunction value) {
    int best = 0;
    for (int i = 1; i < situation.candidates().size(); i++) {
      if (value.applyAsDouble(i) > value.applyAsDouble(best)) {
        best = i;
      }
    }
    return best;
  }
}
