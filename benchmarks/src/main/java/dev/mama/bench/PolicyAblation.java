package dev.mama.bench;

import dev.mama.marl.ActionShape;
import dev.mama.marl.Contender;
import dev.mama.marl.LearnedPolicy;
import dev.mama.marl.Learner;
import dev.mama.marl.LearnerOptions;
import dev.mama.marl.LearnerOptions.Objective;
import dev.mama.marl.Outcome;
import dev.mama.marl.References;
import dev.mama.marl.Rule;
import dev.mama.marl.RuleSearch;
import dev.mama.marl.WorldSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * What of the learner pays: one tuned rule, corrected by one objective after another, each with the
 * same effort, and each as it was at last, so that harm shows, too.
 */
public final class PolicyAblation {

  private static final double LATER = 0.9;

  /** What is learned by. */
  private record Variant(Objective objective, double discount) {

    String name() {
      String word = objective.name().toLowerCase(Locale.ROOT);
      return discount == 0 ? word : word + "-later";
    }
  }

  private static final List<Variant> VARIANTS =
      List.of(
          new Variant(Objective.FORESEEN, 0),
          new Variant(Objective.OWN, 0),
          new Variant(Objective.OWN, LATER),
          new Variant(Objective.TEAM, 0),
          new Variant(Objective.TEAM, LATER),
          new Variant(Objective.DIFFERENCE, 0),
          new Variant(Objective.PRICED, 0));

  private PolicyAblation() {}

  /**
   * Learns by each objective and measures what came of it.
   *
   * @param options of the learner; shape, objective and discount are set here
   * @param worlds in which it learns and is measured
   * @param firstSeed of those that are measured on
   * @param folder of the checkpoints, from which it goes on when started again
   * @return of each world and objective the paired difference from the rule, and those between γ =
   *     0 and γ = 0.9, and between team and own
   */
  public static List<Figure> run(
      LearnerOptions options,
      List<WorldSettings> worlds,
      long firstSeed,
      int seeds,
      Path folder,
      Bench.Progress progress)
      throws InterruptedException {
    ActionShape shape = ActionShape.CANDIDATES;
    progress.at(0, VARIANTS.size() + 1, "tuning the rule");
    Rule rule =
        new RuleSearch(PolicyContest.TRIALS, worlds, shape, options.seed())
            .best(options.effort().tuningRuns());
    Map<String, Contender> contenders = new LinkedHashMap<>();
    contenders.put("rule", References.rule("rule", rule, shape));
    for (Variant variant : VARIANTS) {
      progress.at(contenders.size(), VARIANTS.size() + 1, variant.name());
      var learner =
          new Learner(
              options
                  .shape(shape)
                  .objective(variant.objective(), variant.discount())
                  .effort(options.effort().validationRuns(1)), // what is best on them is not asked
              PolicyContest.TRIALS,
              worlds,
              folder.resolve(variant.name()),
              (round, rounds, step) -> {});
      var learned = learner.startingAt(rule).learnLast(variant.name(), "ablation");
      contenders.put(variant.name(), LearnedPolicy.of(learned).contender(variant.name()));
    }
    var figures = new ArrayList<Figure>();
    for (WorldSettings world : worlds) {
      Map<String, double[]> rewards = new LinkedHashMap<>();
      contenders.forEach((name, contender) ->
          rewards.put(
              name,
              PolicyContest.TRIALS
                  .run(world, LongStream.range(firstSeed, firstSeed + seeds), contender)
                  .stream()
                  .mapToDouble(Outcome::reward)
                  .toArray()));
      figures.addAll(figures("ablation." + world.name(), rewards));
    }
    return figures;
  }

  private static List<Figure> figures(String prefix, Map<String, double[]> rewards) {
    var figures = new ArrayList<Figure>();
    figures.add(PairedSample.mean(prefix + ".rule.reward", "reward", of(rewards, "rule")));
    for (Variant variant : VARIANTS) {
      figures.add(over(prefix, rewards, variant.name(), "rule"));
    }
    figures.add(over(prefix, rewards, "own-later", "own"));
    figures.add(over(prefix, rewards, "team-later", "team"));
    figures.add(over(prefix, rewards, "team", "own"));
    figures.add(over(prefix, rewards, "team-later", "own-later"));
    figures.add(over(prefix, rewards, "difference", "own"));
    return figures;
  }

  private static Figure over(
      String prefix, Map<String, double[]> rewards, String one, String other) {
    return PairedSample.mean(
        "%s.%s.over-%s".formatted(prefix, one, other),
        "reward",
        PairedSample.differences(of(rewards, one), of(rewards, other)));
  }

  private static double[] of(Map<String, double[]> rewards, String name) {
    return rewards.getOrDefault(name, new double[0]);
  }
}
