package dev.mama.bench;

import dev.mama.bench.TrustTrial.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Does the ledger still tell good agents from bad ones when some raters lie, beside a plain mean,
 * raters weighed by their own trust, Beta with filtering, and EigenTrust? The plain mean is the
 * same ledger without checks, believing every rater. Ten seeds from the given one on; they take a
 * few seconds, so a quick run is the same.
 */
final class TrustBench implements Bench {

  private static final double[] SHARES = {0.2, 0.4};
  private static final int SEEDS = 10;

  /** Student's t of 97.5 % for as many seeds. */
  private static final double T = 2.262;

  @Override
  public String name() {
    return "trust";
  }

  @Override
  public String question() {
    return "Does trust hold when 20 or 40 % of the raters lie, beside four other ways to score?";
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    long trials = (1 + (long) TrustAttack.values().length * SHARES.length) * SEEDS;
    var figures = new ArrayList<Figure>();
    long done = 0;
    for (Attacked attacked : attacked()) {
      var runs = new ArrayList<Map<String, Outcome>>();
      for (int i = 0; i < SEEDS; i++) {
        if (Thread.interrupted()) {
          throw new InterruptedException("interrupted between two trials");
        }
        progress.at(done++, trials, attacked.name());
        runs.add(new TrustTrial(attacked.attack(), attacked.share(), options.seed() + i).run());
      }
      figures.addAll(figures(attacked, runs));
    }
    figures.addAll(TrustDrills.run(options.seed(), SEEDS));
    return figures;
  }

  private record Attacked(@Nullable TrustAttack attack, double share) {
    String name() {
      return attack == null
          ? "none"
          : attack.name().toLowerCase(Locale.ROOT) + Math.round(100 * share);
    }
  }

  private static List<Attacked> attacked() {
    var all = new ArrayList<Attacked>();
    all.add(new Attacked(null, 0));
    for (TrustAttack attack : TrustAttack.values()) {
      for (double share : SHARES) {
        all.add(new Attacked(attack, share));
      }
    }
    return all;
  }

  private static List<Figure> figures(Attacked attacked, List<Map<String, Outcome>> runs) {
    var byMethod = new LinkedHashMap<String, List<Outcome>>();
    runs.forEach(run ->
        run.forEach((method, outcome) ->
            byMethod.computeIfAbsent(method, unseen -> new ArrayList<>()).add(outcome)));
    String name = "trust." + attacked.name();
    var figures = new ArrayList<Figure>();
    byMethod.forEach((method, outcomes) -> {
      boolean ours = method.equals("ours");
      String prefix = ours ? name : name + "." + method;
      Figure tau = mean(prefix + ".tau", "tau", outcomes, Outcome::tau);
      figures.add(ours && attacked.attack() != null ? goal(tau, attacked.share()) : tau);
      if (!method.equals("eigentrust")) {
        figures.add(mean(prefix + ".error", "share", outcomes, Outcome::error));
      }
      figures.add(mean(prefix + ".regret", "share", outcomes, Outcome::regret));
    });
    List<Outcome> ours = byMethod.getOrDefault("ours", List.of());
    List<Outcome> plain = byMethod.getOrDefault("plain", List.of());
    if (attacked.attack() == null) {
      double loss = average(plain, Outcome::tau) - average(ours, Outcome::tau);
      figures.add(Figure.of(name + ".tau-loss", loss, "tau", runs.size()).atMost(0.03));
    }
    if (attacked.attack() == TrustAttack.COLLUDE && attacked.share() == SHARES[1]) {
      double ratio = average(ours, Outcome::regret) / average(plain, Outcome::regret);
      figures.add(Figure.of(name + ".regret-over-plain", ratio, "ratio", runs.size()).atMost(0.25));
    }
    return figures;
  }

  private static Figure goal(Figure tau, double share) {
    return tau.atLeast(share == SHARES[0] ? 0.82 : 0.75);
  }

  private static double average(List<Outcome> outcomes, ToDoubleFunction<Outcome> value) {
    return outcomes.stream().mapToDouble(value).average().orElse(Double.NaN);
  }

  /** The mean over seeds, with its 95 % interval by Student's t. */
  private static Figure mean(
      String name, String unit, List<Outcome> outcomes, ToDoubleFunction<Outcome> value) {
    double mean = average(outcomes, value);
    double squares =
        outcomes.stream().mapToDouble(it -> Math.pow(value.applyAsDouble(it) - mean, 2)).sum();
    int n = outcomes.size();
    double margin = T * Math.sqrt(squares / (n - 1) / n);
    return Figure.of(name, mean, unit, n).interval(mean - margin, mean + margin);
  }
}
