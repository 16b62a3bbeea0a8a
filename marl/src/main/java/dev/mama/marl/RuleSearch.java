package dev.mama.marl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Tunes the weights and the temperature of a rule by running it: a third of the runs goes to random
 * rules, a third to variations of the best of them, and a third to telling the best apart.
 *
 * <p>Where none may be chosen, two thirds of the runs go to that, and the rest to the score of none
 * that goes best with what was found.
 *
 * <p>Each round meets the same seeds, so that differences are paired.
 */
public final class RuleSearch {

  private static final int RUNS_EACH = 4;
  private static final int KEPT = 6;

  /** How far below a good candidate's score none is tried, in spreads between good and bad ones. */
  private static final double[] DEPTHS = {0.2, 0.35, 0.5, 0.65, 0.8, 1, 1.25, 1.5, 2, 3};

  private record Scored(Rule rule, double reward) {}

  private final Trials trials;
  private final List<WorldSettings> worlds;
  private final ActionShape shape;
  private final SplittableRandom random;

  /**
   * A search.
   *
   * @param worlds in which rules are tried, in turn
   * @param shape what they choose among
   */
  public RuleSearch(Trials trials, List<WorldSettings> worlds, ActionShape shape, long seed) {
    this.trials = trials;
    this.worlds = List.copyOf(worlds);
    this.shape = shape;
    this.random = new SplittableRandom(seed);
  }

  /**
   * The best rule that was found in about {@code runs} runs.
   *
   * @param runs at least 24, or 0 for the usual rule, which is not searched for
   */
  public Rule best(int runs) {
    if (runs == 0) {
      return usual();
    }
    if (shape == ActionShape.CANDIDATES) {
      return bestOfCandidates(runs);
    }
    int others = 2 * runs / 3;
    return withNone(bestOfCandidates(others), runs - others);
  }

  private Rule withNone(Rule rule, int runs) {
    double good =
        0.5 * rule.similarity()
            + 0.65 * rule.trust()
            + 0.95 * rule.success()
            - 0.55 * rule.response()
            - 0.2 * rule.load();
    double spread =
        0.12 * rule.similarity()
            + 0.4 * rule.trust()
            + 0.2 * rule.success()
            + 0.2 * rule.response()
            + 0.5 * rule.load();
    int each = Math.max(worlds.size(), runs / DEPTHS.length);
    return Arrays.stream(DEPTHS)
        .mapToObj(depth -> score(rule.none(good - depth * spread), each, shape))
        .max(Comparator.comparingDouble(Scored::reward))
        .orElseThrow()
        .rule();
  }

  private Rule bestOfCandidates(int runs) {
    int each = Math.max(2, runs / 3 / RUNS_EACH);
    var tried = new ArrayList<Scored>();
    for (int i = 0; i < each; i++) {
      tried.add(score(i == 0 ? usual() : drawn(), RUNS_EACH));
    }
    for (int i = 0; i < each; i++) {
      tried.sort(Comparator.comparingDouble(it -> -it.reward()));
      double reach = i < each / 2 ? 0.5 : 0.25;
      tried.add(
          score(
              near(tried.get(random.nextInt(Math.min(KEPT, tried.size()))).rule(), reach),
              RUNS_EACH));
    }
    tried.sort(Comparator.comparingDouble(it -> -it.reward()));
    int finalists = Math.min(KEPT, tried.size());
    int runsOfFinalists = Math.max(worlds.size(), runs / 3 / finalists);
    return tried.subList(0, finalists).stream()
        .map(it -> score(it.rule(), runsOfFinalists))
        .max(Comparator.comparingDouble(Scored::reward))
        .orElseThrow()
        .rule();
  }

  private Scored score(Rule rule, int runs) {
    return score(rule, runs, ActionShape.CANDIDATES);
  }

  private Scored score(Rule rule, int runs, ActionShape choices) {
    Contender contender = References.rule("rule", rule, choices);
    return new Scored(rule, trials.mean(worlds, Trials.TUNING_SEEDS, runs, contender));
  }

  /** The default weights of {@code WeightedScorePolicy}. */
  private static Rule usual() {
    return new Rule(4, 2, 0.5, 0.5, 1, 0.1);
  }

  private Rule drawn() {
    return new Rule(
        between(0.5, 12),
        between(0.3, 6),
        between(0.05, 3),
        between(0.05, 3),
        between(0.1, 10),
        between(0.02, 0.5));
  }

  private Rule near(Rule rule, double reach) {
    return new Rule(
        rule.similarity() * vary(reach),
        rule.trust() * vary(reach),
        rule.success() * vary(reach),
        rule.response() * vary(reach),
        rule.load() * vary(reach),
        rule.temperature() * vary(reach));
  }

  private double vary(double reach) {
    return Math.exp(reach * random.nextGaussian());
  }

  private double between(double least, double most) {
    return least * Math.pow(most / least, random.nextDouble());
  }
}
