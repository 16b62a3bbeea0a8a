package dev.mama.bench;

import dev.mama.marl.ActionShape;
import dev.mama.marl.Contender;
import dev.mama.marl.LearnedPolicy;
import dev.mama.marl.LearnerOptions;
import dev.mama.marl.LinUcb;
import dev.mama.marl.Outcome;
import dev.mama.marl.References;
import dev.mama.marl.Rule;
import dev.mama.marl.RuleSearch;
import dev.mama.marl.Trials;
import dev.mama.marl.WorldSettings;
import dev.mama.registry.InMemoryTrustLedger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * Learned policies beside what they replace, on the same needs: each runs its own load, and
 * differences are taken seed by seed.
 */
public final class PolicyContest {

  /** Trials with trust by the registry's own ledger. */
  public static final Trials TRIALS = new Trials(InMemoryTrustLedger::create);

  private static final String RULE = "tuned-rule";
  private static final String LINUCB = "linucb";
  private static final String INFORMED = "informed";

  private final Rule rule;
  private final List<Contender> references;

  private PolicyContest(Rule rule, List<Contender> references) {
    this.rule = rule;
    this.references = references;
  }

  /**
   * Tunes what can be tuned, in the worlds in which policies are trained.
   *
   * @param shape what may be chosen; rule, LinUCB and the informed reference can choose none where
   *     it can be chosen
   * @param ruleRuns runs that tune the rule; as many as tuned and trained what it is compared with;
   *     0 leaves it as it is by default
   * @param otherRuns runs for each setting of LinUCB and of the informed reference; 0 takes the
   *     first setting
   */
  public static PolicyContest tuned(
      ActionShape shape, int ruleRuns, int otherRuns, long seed, Bench.Progress progress) {
    List<WorldSettings> worlds =
        List.of(WorldSettings.named("stationary"), WorldSettings.named("drifting"));
    progress.at(0, 3, "tuning the rule");
    // Another seed than the learner's own search, so that it is not the same rule by birth.
    Rule rule = new RuleSearch(TRIALS, worlds, shape, seed + 1).best(ruleRuns);
    progress.at(1, 3, "tuning LinUCB");
    Contender linUcb = LinUcb.tuned(TRIALS, worlds, otherRuns, shape);
    progress.at(2, 3, "tuning the informed reference");
    Contender informed = References.tunedInformed(TRIALS, worlds, otherRuns, shape);
    return new PolicyContest(
        rule,
        List.of(
            References.random(),
            References.topSimilarity(),
            References.greedyTrust(),
            References.reportScore(),
            References.powerOfTwo(),
            References.c3(),
            References.rule(RULE, rule, shape),
            linUcb,
            informed));
  }

  /** As many runs as tune and train a policy by default. */
  public static int ruleRuns() {
    return LearnerOptions.defaults(0).effort().allRuns();
  }

  /** The tuned rule. */
  public Rule rule() {
    return rule;
  }

  /**
   * Runs everybody in {@code world} on each of {@code seeds}.
   *
   * @param prefix what the names of its figures begin with
   * @param policies by name; the first one is what goals are about
   * @return mean reward, success and time of each; paired differences of each policy from the tuned
   *     rule and from LinUCB, and how much of the way from the rule to the informed reference the
   *     first has gone
   */
  public List<Figure> run(
      String prefix,
      WorldSettings world,
      long firstSeed,
      int seeds,
      Map<String, LearnedPolicy> policies,
      Bench.Progress progress)
      throws InterruptedException {
    var all = new ArrayList<Contender>();
    policies.forEach((name, policy) -> all.add(policy.contender(name)));
    all.addAll(references);
    var outcomes = new LinkedHashMap<String, List<Outcome>>();
    for (Contender contender : all) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted between two contenders");
      }
      progress.at(outcomes.size(), all.size(), world.name() + ": " + contender.name());
      outcomes.put(
          contender.name(),
          TRIALS.run(world, LongStream.range(firstSeed, firstSeed + seeds), contender));
    }
    return figures(prefix + "." + world.name(), outcomes, List.copyOf(policies.keySet()));
  }

  private static List<Figure> figures(
      String world, Map<String, List<Outcome>> outcomes, List<String> policies) {
    var figures = new ArrayList<Figure>();
    outcomes.forEach((name, runs) -> {
      String prefix = world + "." + name;
      double[] rewards = rewards(runs);
      figures.add(PairedSample.mean(prefix + ".reward", "reward", rewards));
      figures.add(mean(prefix + ".success", "share", runs.stream().mapToDouble(Outcome::success)));
      figures.add(mean(prefix + ".latency", "s", runs.stream().mapToDouble(Outcome::seconds)));
      if (!name.equals(INFORMED)) {
        figures.add(
            PairedSample.mean(
                prefix + ".regret",
                "reward",
                PairedSample.differences(rewards(outcomes, INFORMED), rewards)));
      }
    });
    for (String policy : policies) {
      String prefix = policy.equals(policies.getFirst()) ? world : world + "." + policy;
      figures.addAll(differences(prefix, rewards(outcomes, policy), outcomes));
    }
    return figures;
  }

  private static List<Figure> differences(
      String prefix, double[] rewards, Map<String, List<Outcome>> outcomes) {
    double[] rule = rewards(outcomes, RULE);
    double[] informed = rewards(outcomes, INFORMED);
    double[] overRule = PairedSample.differences(rewards, rule);
    double[] toInformed = PairedSample.differences(informed, rule);
    Figure over = PairedSample.mean(prefix + ".over-tuned-rule", "reward", overRule);
    Figure overBandit =
        PairedSample.mean(
            prefix + ".over-linucb",
            "reward",
            PairedSample.differences(rewards, rewards(outcomes, LINUCB)));
    return List.of(
        over,
        overBandit,
        Figure.of(
            prefix + ".share-of-informed",
            over.value() / Arrays.stream(toInformed).average().orElse(Double.NaN),
            "share",
            rewards.length));
  }

  private static Figure mean(String name, String unit, DoubleStream values) {
    return PairedSample.mean(name, unit, values.toArray());
  }

  private static double[] rewards(Map<String, List<Outcome>> outcomes, String name) {
    return rewards(outcomes.getOrDefault(name, List.of()));
  }

  private static double[] rewards(List<Outcome> runs) {
    return runs.stream().mapToDouble(Outcome::reward).toArray();
  }
}
