package dev.mama.bench;

import dev.mama.bench.compare.EigenTrust;
import dev.mama.bench.compare.FilteringReputation;
import dev.mama.bench.compare.OwnTrustReputation;
import dev.mama.bench.compare.Reputation;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One run of an attack: all methods hear the same ratings, and are then asked who is good. Only
 * ours also learns what was found in the interactions that were checked.
 *
 * <p>Confined to its caller.
 */
final class TrustTrial {

  static final int AGENTS = 200;
  static final double KEPT = 0.98;
  static final double CHECKED = 0.05;

  private static final int STEPS = 60;
  private static final int RATINGS = 4;
  private static final double ERROR = 0.05;
  private static final double TARGETS = 1.0 / 3;
  private static final int PRE_TRUSTED = 5;
  private static final int PICKS = 2_000;
  private static final int AMONG = 5;

  private final SplittableRandom random;
  private final @Nullable TrustAttack attack;
  private final int liars;
  private final double[] worth;
  private final boolean[] target;

  /**
   * How well a method did.
   *
   * @param tau Kendall's τ-b between its scores and the agents' true worth, in [-1, 1]
   * @param error mean absolute difference of score and worth
   * @param regret of asking the best of five random agents: 0 for the truly best, 1 for any
   */
  record Outcome(double tau, double error, double regret) {}

  /**
   * @param attack what the liars say, null if there are none
   * @param share of liars among all agents, in [0, 1]; they are the first ones
   */
  TrustTrial(@Nullable TrustAttack attack, double share, long seed) {
    this.attack = attack;
    random = new SplittableRandom(seed);
    liars = (int) Math.round(share * AGENTS);
    worth = random.doubles(AGENTS, 0.15, 0.95).toArray();
    if (attack == TrustAttack.POOR) {
      for (int i = 0; i < liars; i++) {
        worth[i] = random.nextDouble(0.15, 0.45);
      }
    }
    target = new boolean[AGENTS];
    for (int i = 0; i < AGENTS; i++) {
      target[i] = random.nextDouble() < TARGETS;
    }
  }

  /** Plays all steps; the outcome of each method by its name, ours first. */
  Map<String, Outcome> run() {
    var ours = new LedgerReputation(AGENTS, KEPT);
    var plain = new LedgerReputation(AGENTS, KEPT);
    var others = new LinkedHashMap<String, Reputation>();
    others.put("own-trust", new OwnTrustReputation(AGENTS, KEPT));
    others.put("filtering", new FilteringReputation(AGENTS, KEPT));
    int[] honest = IntStream.range(AGENTS - PRE_TRUSTED, AGENTS).toArray();
    others.put("eigentrust", new EigenTrust(AGENTS, KEPT, honest));
    SplittableRandom checks = random.split();
    for (int step = 0; step < STEPS; step++) {
      for (int rater = 0; rater < AGENTS; rater++) {
        for (int i = ratings(rater); i > 0; i--) {
          int subject = (rater + random.nextInt(1, AGENTS)) % AGENTS;
          double seen = random.nextDouble() < worth[subject] ? 1 : 0;
          double said = say(rater, subject, seen);
          if (checks.nextDouble() < CHECKED) {
            ours.check(rater, subject, said, seen);
          } else {
            ours.rate(rater, subject, said);
          }
          plain.check(rater, subject, said, said);
          for (Reputation other : others.values()) {
            other.rate(rater, subject, said);
          }
        }
      }
      ours.endStep();
      plain.endStep();
      others.values().forEach(Reputation::endStep);
    }
    var outcomes = new LinkedHashMap<String, Outcome>();
    outcomes.put("ours", outcome(ours));
    outcomes.put("plain", outcome(plain));
    others.forEach((name, other) -> outcomes.put(name, outcome(other)));
    return outcomes;
  }

  private int ratings(int rater) {
    return attack != null && rater < liars ? RATINGS * attack.volume() : RATINGS;
  }

  private double say(int rater, int subject, double seen) {
    if (attack != null && rater < liars) {
      return attack.say(seen, subject < liars, target[subject]);
    }
    return random.nextDouble() < ERROR ? 1 - seen : seen;
  }

  private Outcome outcome(Reputation method) {
    double[] scores = method.scores();
    double error = 0;
    for (int i = 0; i < AGENTS; i++) {
      error += Math.abs(scores[i] - worth[i]) / AGENTS;
    }
    return new Outcome(kendall(scores, worth), error, regret(scores));
  }

  private double regret(double[] scores) {
    var picks = new SplittableRandom(1);
    double lost = 0;
    double atRisk = 0;
    for (int pick = 0; pick < PICKS; pick++) {
      int[] among = picks.ints(0, AGENTS).distinct().limit(AMONG).toArray();
      int chosen = among[0];
      for (int agent : among) {
        chosen = scores[agent] > scores[chosen] ? agent : chosen;
      }
      double best = Arrays.stream(among).mapToDouble(i -> worth[i]).max().orElseThrow();
      double mean = Arrays.stream(among).mapToDouble(i -> worth[i]).average().orElseThrow();
      lost += best - worth[chosen];
      atRisk += best - mean;
    }
    return lost / atRisk;
  }

  /** Kendall's τ-b: 1 for the same order, -1 for the opposite, 0 where one is all ties. */
  static double kendall(double[] a, double[] b) {
    double sum = 0;
    double untiedA = 0;
    double untiedB = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < i; j++) {
        double signA = Math.signum(a[i] - a[j]);
        double signB = Math.signum(b[i] - b[j]);
        sum += signA * signB;
        untiedA += signA * signA;
        untiedB += signB * signB;
      }
    }
    return untiedA * untiedB == 0 ? 0 : sum / Math.sqrt(untiedA * untiedB);
  }
}
