package dev.mama.bench;

import dev.mama.marl.ActionShape;
import dev.mama.marl.LearnedPolicy;
import dev.mama.marl.LoggedDecision;
import dev.mama.marl.OffPolicyEstimate;
import dev.mama.marl.References;
import dev.mama.marl.Rule;
import dev.mama.marl.WorldSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Does the learned policy choose better than the rules it replaces, and how fast? Thirty seeds that
 * no tuning or training has seen, in worlds that stand still and that drift, in one in which a
 * bandit suffices, and in three drawn by seed that nobody tuned on; then the same for the policy
 * that may also choose none. A quick run has four seeds and tunes the others less: its differences
 * say little; a smoke run has two and does not tune.
 */
final class PolicyBench implements Bench {

  private static final int SEEDS = 30;
  private static final long FIRST_SEED = 1;
  private static final int OTHER_RUNS = 8;
  private static final List<String> TRAINED_IN = List.of("stationary", "drifting");

  @Override
  public String name() {
    return "policy";
  }

  @Override
  public String question() {
    return "Does the learned policy choose better than tuned rules and bandits, and how fast?";
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    LearnedPolicy shipped = LearnedPolicy.shipped();
    int seeds = options.size().of(SEEDS, 4, 2);
    var figures = new ArrayList<>(PolicySpeed.run(shipped, options, progress));
    PolicyContest contest = contest(ActionShape.CANDIDATES, options, progress);
    double leastOverRule = Double.POSITIVE_INFINITY;
    double leastOverBandit = Double.POSITIVE_INFINITY;
    double share = 0;
    for (WorldSettings world : worlds(options)) {
      List<Figure> here =
          contest.run("policy", world, FIRST_SEED, seeds, Map.of("learned", shipped), progress);
      figures.addAll(here);
      if (TRAINED_IN.contains(world.name())) {
        leastOverRule = Math.min(leastOverRule, low(here, ".over-tuned-rule"));
        leastOverBandit = Math.min(leastOverBandit, low(here, ".over-linucb"));
        share += value(here, ".share-of-informed") / TRAINED_IN.size();
      }
    }
    figures.add(Figure.of("policy.over-tuned-rule.low", leastOverRule, "reward", seeds).atLeast(0));
    figures.add(Figure.of("policy.over-linucb.low", leastOverBandit, "reward", seeds).atLeast(0));
    figures.add(Figure.of("policy.share-of-informed", share, "share", seeds).atLeast(0.1));
    if (options.size() != Size.SMOKE) {
      figures.addAll(offPolicy(contest.rule(), shipped, seeds));
      figures.addAll(orNone(shipped, seeds, options, progress));
    }
    options.out().ifPresent(folder -> PolicyChart.draw(figures, folder.resolve("policy.png")));
    return figures;
  }

  /** The same with a policy that may also choose none. */
  private static List<Figure> orNone(
      LearnedPolicy shipped, int seeds, Options options, Progress progress)
      throws InterruptedException {
    var figures = new ArrayList<Figure>();
    PolicyContest orNone = contest(ActionShape.CANDIDATES_OR_NONE, options, progress);
    for (String name : TRAINED_IN) {
      Map<String, LearnedPolicy> policies = new LinkedHashMap<>();
      policies.put("learned", LearnedPolicy.shippedOrNone());
      policies.put("learned-without-none", shipped);
      WorldSettings world = WorldSettings.named(name);
      figures.addAll(orNone.run("policy.or-none", world, FIRST_SEED, seeds, policies, progress));
    }
    return figures;
  }

  private static PolicyContest contest(ActionShape shape, Options options, Progress progress) {
    return PolicyContest.tuned(
        shape,
        options.size().of(PolicyContest.ruleRuns(), 48, 0),
        options.size().of(OTHER_RUNS, 2, 0),
        options.seed(),
        progress);
  }

  private static List<WorldSettings> worlds(Options options) {
    var worlds = new ArrayList<WorldSettings>();
    TRAINED_IN.forEach(name -> worlds.add(WorldSettings.named(name)));
    if (options.size() != Size.SMOKE) {
      worlds.add(WorldSettings.named("bandit"));
    }
    if (options.size() == Size.FULL) {
      for (int i = 0; i < 3; i++) {
        worlds.add(WorldSettings.drawn(options.seed() + i));
      }
    }
    return worlds;
  }

  private static double low(List<Figure> figures, String suffix) {
    return figures.stream()
        .filter(it -> it.name().endsWith(suffix))
        .map(Figure::low)
        .mapToDouble(low -> low == null ? Double.NaN : low)
        .findFirst()
        .orElse(Double.NaN);
  }

  private static double value(List<Figure> figures, String suffix) {
    return figures.stream()
        .filter(it -> it.name().endsWith(suffix))
        .mapToDouble(Figure::value)
        .findFirst()
        .orElse(Double.NaN);
  }

  /**
   * What the learned policy earns, as told by decisions of the tuned rule, beside what it earns:
   * where asks do not get into each other's way, and where they do.
   */
  private static List<Figure> offPolicy(Rule rule, LearnedPolicy learned, int seeds) {
    LearnedPolicy logging = References.rulePolicy("tuned-rule", rule);
    var figures = new ArrayList<Figure>();
    Map<String, WorldSettings> worlds = new LinkedHashMap<>();
    worlds.put("low-load", WorldSettings.named("bandit"));
    worlds.put("high-load", WorldSettings.named("stationary"));
    worlds.forEach((name, world) -> {
      List<LoggedDecision> logged =
          LongStream.range(FIRST_SEED, FIRST_SEED + seeds)
              .boxed()
              .parallel()
              .flatMap(seed -> PolicyContest.TRIALS.logged(world, seed, logging).stream())
              .toList();
      double truth =
          PolicyContest.TRIALS.mean(
              List.of(world), FIRST_SEED, seeds, learned.contender("learned"));
      OffPolicyEstimate estimate = OffPolicyEstimate.of(logged, learned);
      String prefix = "policy.off-policy." + name;
      int n = estimate.decisions();
      figures.add(
          Figure.of(prefix + ".snips", estimate.snips(), "reward", n)
              .interval(
                  estimate.snips() - 1.96 * estimate.error(),
                  estimate.snips() + 1.96 * estimate.error()));
      figures.add(Figure.of(prefix + ".truth", truth, "reward", seeds));
      figures.add(Figure.of(prefix + ".bias", estimate.snips() - truth, "reward", n));
      figures.add(Figure.of(prefix + ".effective-share", estimate.effective() / n, "share", n));
      figures.add(Figure.of(prefix + ".largest-weight", estimate.largestWeight(), "ratio", n));
    });
    return figures;
  }
}
