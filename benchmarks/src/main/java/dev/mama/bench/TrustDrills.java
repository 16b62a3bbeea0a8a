package dev.mama.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Attacks by which somebody changes sides or name, each with a measure of its own: on-off,
 * whitewashing and sybils. A hundred honest raters stand around, whose word has been checked for 60
 * steps; beside our ledger stands the plain mean, which hears the same.
 *
 * <p>Confined to its caller.
 */
final class TrustDrills {

  private static final int CROWD = 100;
  private static final int RATINGS = 4;
  private static final double ERROR = 0.05;
  private static final int WARM_UP = 60;
  private static final int STEPS = 60;
  private static final double GOOD = 0.9;
  private static final double POOR = 0.2;
  private static final int RENEWED_EVERY = 10;
  private static final int SYBILS_A_STEP = 50;

  /** The one that attacks; its other names follow. */
  private static final int ATTACKER = CROWD;

  private final LedgerReputation ours;
  private final LedgerReputation plain;
  private final SplittableRandom random;
  private final double[] worth;

  private TrustDrills(int names, long seed) {
    int agents = CROWD + names;
    ours = new LedgerReputation(agents, TrustTrial.KEPT);
    plain = new LedgerReputation(agents, TrustTrial.KEPT);
    random = new SplittableRandom(seed);
    worth = random.doubles(CROWD, 0.15, 0.95).toArray();
    for (int step = 0; step < WARM_UP; step++) {
      crowdRatesItself(0);
      endStep();
    }
  }

  /** All drills, each the mean over {@code seeds} seeds from {@code seed} on. */
  static List<Figure> run(long seed, int seeds) {
    var figures = new ArrayList<Figure>();
    double[] turned = new double[2];
    double[] liars = new double[1];
    double[] stays = new double[2];
    double[] renews = new double[2];
    double[] sybils = new double[2];
    for (long s = seed; s < seed + seeds; s++) {
      add(turned, new TrustDrills(1, s).turnsBad(), seeds);
      add(liars, new double[] {new TrustDrills(0, s).ratersTurnLiars()}, seeds);
      add(stays, new TrustDrills(1, s).isPoor(STEPS), seeds);
      add(renews, new TrustDrills(STEPS, s).isPoor(RENEWED_EVERY), seeds);
      add(sybils, new TrustDrills(1 + STEPS * SYBILS_A_STEP, s).raisesItself(), seeds);
    }
    figures.add(Figure.of("trust.onoff.steps", turned[0], "steps", seeds));
    figures.add(Figure.of("trust.onoff.plain.steps", turned[1], "steps", seeds));
    figures.add(Figure.of("trust.onoff.rater.steps", liars[0], "steps", seeds));
    figures.add(Figure.of("trust.whitewash.stays.trust", stays[0], "share", seeds));
    figures.add(Figure.of("trust.whitewash.trust", renews[0], "share", seeds));
    figures.add(Figure.of("trust.whitewash.stays.lower-bound", stays[1], "share", seeds));
    figures.add(Figure.of("trust.whitewash.lower-bound", renews[1], "share", seeds));
    figures.add(Figure.of("trust.sybil.gain", sybils[0], "share", seeds));
    figures.add(Figure.of("trust.sybil.plain.gain", sybils[1], "share", seeds));
    return figures;
  }

  private static void add(double[] sums, double[] values, int seeds) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += values[i] / seeds;
    }
  }

  /** On-off as a subject: steps from turning bad until trust is below 0.5, ours and plain. */
  private double[] turnsBad() {
    for (int step = 0; step < STEPS; step++) {
      crowdRates(ATTACKER, GOOD);
      endStep();
    }
    double[] steps = {0, 0};
    for (int step = 1; step <= 10 * STEPS && steps[0] * steps[1] == 0; step++) {
      crowdRates(ATTACKER, POOR);
      endStep();
      steps[0] = steps[0] == 0 && ours.score(ATTACKER) < 0.5 ? step : steps[0];
      steps[1] = steps[1] == 0 && plain.score(ATTACKER) < 0.5 ? step : steps[1];
    }
    return steps;
  }

  /** On-off as raters: steps from when a fifth turn liars until their mean vote is below 0.1. */
  private double ratersTurnLiars() {
    int liars = CROWD / 5;
    for (int step = 1; step <= 10 * STEPS; step++) {
      crowdRatesItself(liars);
      endStep();
      double votes = 0;
      for (int rater = 0; rater < liars; rater++) {
        votes += ours.vote(rater) / liars;
      }
      if (votes < 0.1) {
        return step;
      }
    }
    return Double.NaN;
  }

  /** Whitewashing: mean trust and lower bound of a poor agent that often takes a new name. */
  private double[] isPoor(int renewedEvery) {
    double[] shown = new double[2];
    for (int step = 0; step < STEPS; step++) {
      int name = ATTACKER + step / renewedEvery;
      shown[0] += ours.score(name) / STEPS;
      shown[1] += ours.lowerBound(name) / STEPS;
      crowdRates(name, POOR);
      endStep();
    }
    return shown;
  }

  /** Sybils: by how much made-up raters, each used once, raise a poor agent, ours and plain. */
  private double[] raisesItself() {
    for (int step = 0; step < STEPS; step++) {
      crowdRates(ATTACKER, POOR);
      endStep();
    }
    double[] before = {ours.score(ATTACKER), plain.score(ATTACKER)};
    int sybil = ATTACKER + 1;
    for (int step = 0; step < STEPS; step++) {
      crowdRates(ATTACKER, POOR);
      for (int i = 0; i < SYBILS_A_STEP; i++) {
        rate(sybil++, ATTACKER, seen(POOR), 1);
      }
      endStep();
    }
    return new double[] {ours.score(ATTACKER) - before[0], plain.score(ATTACKER) - before[1]};
  }

  /** Everybody rates some others; the first {@code liars} say the opposite of what they saw. */
  private void crowdRatesItself(int liars) {
    for (int rater = 0; rater < CROWD; rater++) {
      for (int i = 0; i < RATINGS; i++) {
        int subject = (rater + random.nextInt(1, CROWD)) % CROWD;
        double seen = seen(worth[subject]);
        rate(rater, subject, seen, rater < liars ? 1 - seen : honest(seen));
      }
    }
  }

  /** As many ratings as everybody gets in a step, by random honest raters. */
  private void crowdRates(int subject, double worthNow) {
    for (int i = 0; i < RATINGS; i++) {
      double seen = seen(worthNow);
      rate(random.nextInt(CROWD), subject, seen, honest(seen));
    }
  }

  private void rate(int rater, int subject, double seen, double said) {
    if (random.nextDouble() < TrustTrial.CHECKED) {
      ours.check(rater, subject, said, seen);
    } else {
      ours.rate(rater, subject, said);
    }
    plain.check(rater, subject, said, said);
  }

  private double seen(double worthNow) {
    return random.nextDouble() < worthNow ? 1 : 0;
  }

  private double honest(double seen) {
    return random.nextDouble() < ERROR ? 1 - seen : seen;
  }

  private void endStep() {
    ours.endStep();
    plain.endStep();
  }
}
