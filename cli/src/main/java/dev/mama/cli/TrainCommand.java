package dev.mama.cli;

import dev.mama.bench.Figure;
import dev.mama.bench.PolicyAblation;
import dev.mama.bench.PolicyChart;
import dev.mama.bench.PolicyContest;
import dev.mama.examples.InputException;
import dev.mama.marl.ActionShape;
import dev.mama.marl.LearnedPolicy;
import dev.mama.marl.Learner;
import dev.mama.marl.LearnerOptions;
import dev.mama.marl.LearnerOptions.Objective;
import dev.mama.marl.PolicyFile;
import dev.mama.marl.WorldSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Learns a policy, or measures one. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description =
        "Learns whom to ask, in simulated worlds: a rule is tuned, and a network learns to correct"
            + " it. A run that was stopped goes on where it stood. With --evaluate, measures"
            + " learned policies beside tuned rules and bandits instead; with --ablate, what each"
            + " objective leads to.")
final class TrainCommand implements Callable<Integer> {

  private static final Pattern SEEDS = Pattern.compile("(\\d{1,15})\\.\\.(\\d{1,15})");
  private static final int MOST_SEEDS = 1_000;
  private static final int OTHER_RUNS = 8;

  /** What says how to learn, and so nothing where policies are only measured. */
  private static final List<String> LEARNING =
      List.of("--rounds", "--objective", "--discount", "--device", "--drawn");

  @Spec private CommandSpec spec;

  @Option(
      names = "--env",
      paramLabel = "WORLD",
      description =
          "a world to learn or measure in: stationary, drifting, bandit, drawn-SEED, or a JSON"
              + " file; may be given several times (stationary and drifting)")
  private List<String> environments = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "what chance is drawn from (${DEFAULT-VALUE})")
  private long seed = 42;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "how often it plays and learns (${DEFAULT-VALUE})")
  private int rounds = LearnerOptions.defaults(42).effort().rounds();

  @Option(
      names = "--objective",
      paramLabel = "WHAT",
      description = "what a decision is rewarded by: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
  private Objective objective = LearnerOptions.defaults(42).objective();

  @Option(
      names = "--discount",
      paramLabel = "X",
      description = "of the rewards of the same agent's later decisions (${DEFAULT-VALUE})")
  private double discount;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "cpu, cuda, mps or auto (${DEFAULT-VALUE})")
  private String device = "cpu";

  @Option(
      names = "--drawn",
      negatable = true,
      defaultValue = "false",
      fallbackValue = "true",
      description = "also learn in worlds drawn by chance, a new one each run (${DEFAULT-VALUE})")
  private boolean drawn;

  @Option(
      names = "--or-none",
      description = "learn one that may also choose none: its agent answers itself")
  private boolean orNone;

  @Option(names = "--evaluate", description = "measure policies instead of learning one")
  private boolean evaluate;

  @Option(
      names = "--ablate",
      description =
          "learn by each objective from one tuned rule, and measure what came of each, instead")
  private boolean ablate;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "a policy to measure; may be given several times (the one that comes with MAMA)")
  private List<Path> policies = List.of();

  @Option(
      names = "--seeds",
      paramLabel = "A..B",
      description = "seeds to measure on, both included (${DEFAULT-VALUE})")
  private String seeds = "1..30";

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "where policy, checkpoint, curve and report go (results/train)")
  private @Nullable Path out;

  @Override
  public Integer call() throws InterruptedException {
    if (!evaluate && !policies.isEmpty()) {
      throw refused("--policy is for --evaluate; a policy is learned from the beginning");
    }
    if (evaluate && ablate) {
      throw refused("--evaluate and --ablate are two commands; give one of them");
    }
    if (orNone && (evaluate || ablate)) {
      throw refused("--or-none is for learning; a policy that is measured has its own shape");
    }
    if (!evaluate && !ablate && given("--seeds")) {
      throw refused("--seeds is for --evaluate and --ablate; what is learned is drawn from --seed");
    }
    for (String option : LEARNING) {
      if (evaluate && given(option)) {
        throw refused(option + " is for learning; with --evaluate nothing is learned");
      }
    }
    for (String option : List.of("--objective", "--discount")) {
      if (ablate && given(option)) {
        throw refused(option + " is for learning one policy; --ablate tries all of them");
      }
    }
    List<WorldSettings> worlds = new ArrayList<>();
    List<String> names = environments.isEmpty() ? List.of("stationary", "drifting") : environments;
    for (String name : names) {
      worlds.add(world(name));
    }
    String work = evaluate ? "train-evaluate" : ablate ? "train-ablate" : "train";
    Path folder = out != null ? out : Path.of("results", work);
    return evaluate
        ? measure(worlds, folder)
        : ablate ? ablate(worlds, folder) : learn(worlds, folder);
  }

  private boolean given(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private WorldSettings world(String name) {
    try {
      if (name.matches("drawn-\\d{1,15}")) {
        return WorldSettings.drawn(Long.parseLong(name.substring("drawn-".length())));
      }
      Path file = Path.of(name);
      return Files.isRegularFile(file) ? WorldSettings.read(file) : WorldSettings.named(name);
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private LearnerOptions options() {
    try {
      LearnerOptions defaults = LearnerOptions.defaults(seed);
      return defaults
          .effort(defaults.effort().rounds(rounds))
          .shape(orNone ? ActionShape.CANDIDATES_OR_NONE : ActionShape.CANDIDATES)
          .objective(objective, discount)
          .drawn(drawn)
          .device(device);
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  private int ablate(List<WorldSettings> worlds, Path folder) throws InterruptedException {
    LearnerOptions options = options();
    Range range = range();
    Logs.to(folder);
    Report report = Report.start(folder, "train --ablate", seed);
    List<Figure> figures;
    try (var bar = new Bar("ablate")) {
      figures = PolicyAblation.run(options, worlds, range.first(), range.count(), folder, bar::at);
    }
    report.write(figures, Map.of("options", options.toString(), "seeds", seeds));
    System.out.print(Report.table(figures));
    System.out.println("All of it: " + report.file());
    return 0;
  }

  private int learn(List<WorldSettings> worlds, Path folder) throws InterruptedException {
    LearnerOptions options = options();
    Logs.to(folder);
    Report report = Report.start(folder, "train", seed);
    PolicyFile learned;
    try (var bar = new Bar("train")) {
      learned =
          new Learner(options, PolicyContest.TRIALS, worlds, folder, bar::at)
              .learn(
                  orNone ? "learned-or-none" : "learned",
                  System.getProperty("mama.commit", "unknown"));
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
    Path file = folder.resolve("policy.safetensors");
    learned.write(file);
    List<String> curve = curve(folder.resolve("curve.csv"));
    PolicyChart.drawCurve(curve, folder.resolve("curve.png"));
    double start = Double.parseDouble(curve.getLast().split(",", -1)[2]);
    int runs = options.effort().validationRuns();
    List<Figure> figures =
        List.of(
            Figure.of("train.rule.reward", start, "reward", runs),
            Figure.of("train.learned.reward", learned.manifest().score(), "reward", runs),
            Figure.of("train.decisions", (double) learned.manifest().decisions(), "count", 1));
    report.write(figures, Map.of("policy", learned.name(), "file", file.toString()));
    System.out.print(Report.table(figures));
    System.out.printf("Policy %s: %s%nAll of it: %s%n", learned.name(), file, report.file());
    return 0;
  }

  private static List<String> curve(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new InputException("%s: cannot be read: %s".formatted(file, e.getMessage()));
    }
  }

  private int measure(List<WorldSettings> worlds, Path folder) throws InterruptedException {
    Range range = range();
    Map<String, LearnedPolicy> measured = new LinkedHashMap<>();
    for (Path policy : policies) {
      measured.put("learned-" + (measured.size() + 1), LearnedPolicy.read(policy));
    }
    if (measured.isEmpty()) {
      measured.put("learned", LearnedPolicy.shipped());
    }
    Logs.to(folder);
    Report report = Report.start(folder, "train --evaluate", range.first());
    var figures = new ArrayList<Figure>();
    try (var bar = new Bar("evaluate")) {
      PolicyContest contest =
          PolicyContest.tuned(shape(measured), PolicyContest.ruleRuns(), OTHER_RUNS, seed, bar::at);
      for (WorldSettings world : worlds) {
        figures.addAll(
            contest.run("policy", world, range.first(), range.count(), measured, bar::at));
      }
    }
    var names = new LinkedHashMap<String, String>();
    measured.forEach((name, policy) -> names.put(name, policy.name()));
    report.write(figures, Map.of("policies", names));
    System.out.print(Report.table(figures));
    System.out.println("All of it: " + report.file());
    return 0;
  }

  /** Whoever can choose none must be compared with rules that can. */
  private static ActionShape shape(Map<String, LearnedPolicy> measured) {
    return measured.values().stream()
            .anyMatch(it -> it.file().manifest().shape() == ActionShape.CANDIDATES_OR_NONE)
        ? ActionShape.CANDIDATES_OR_NONE
        : ActionShape.CANDIDATES;
  }

  private record Range(long first, int count) {}

  private Range range() {
    var range = SEEDS.matcher(seeds);
    if (!range.matches()) {
      throw refusedSeeds();
    }
    long first = Long.parseLong(range.group(1));
    long last = Long.parseLong(range.group(2));
    if (last <= first || last - first >= MOST_SEEDS) {
      throw refusedSeeds();
    }
    return new Range(first, (int) (last - first + 1));
  }

  private ParameterException refusedSeeds() {
    return refused(
        "seeds '%s' must be two or more up to %d, such as 1..30".formatted(seeds, MOST_SEEDS));
  }
}
