package dev.mama.cli;

import dev.mama.bench.Bench;
import dev.mama.bench.Figure;
import dev.mama.bench.Size;
import dev.mama.cli.compare.CompareCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Answers a question by measuring. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures; 'list' names the questions.",
    subcommands = CompareCommand.class)
final class BenchCommand implements Callable<Integer> {

  private static final Pattern SEEDS = Pattern.compile("(\\d{1,15})\\.\\.(\\d{1,15})");
  private static final int MOST_SEEDS = 1_000;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "QUESTION",
      arity = "0..1", // none where a command follows
      description = "what to measure, or 'list'")
  private String question = "";

  @Mixin private SizeOptions sizes = new SizeOptions();

  @Option(names = "--soak", description = "look for leaks in a long run instead")
  private boolean soak;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "what inputs are drawn from (${DEFAULT-VALUE})")
  private long seed = 42;

  @Option(
      names = "--seeds",
      paramLabel = "A..B",
      description = "seeds of all trials, both included, instead of --seed and as many as is usual")
  private @Nullable String seeds;

  @Option(
      names = "--attacks",
      paramLabel = "FILE",
      description = "which attacks to try: a name and a share of liars on each line")
  private @Nullable Path attacks;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "where report.json, report.md and charts go (results/bench-QUESTION, results/scalability)")
  private @Nullable Path out;

  @Override
  public Integer call() throws InterruptedException {
    if (question.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "a question is needed; 'list' names them all");
    }
    if (question.equals("list")) {
      Bench.all().forEach(b -> System.out.printf("%-12s %s%n", b.name(), b.question()));
      return 0;
    }
    Bench bench =
        Bench.all().stream()
            .filter(b -> b.name().equals(question))
            .findFirst()
            .orElseThrow(() ->
                new ParameterException(
                    spec.commandLine(),
                    "question '%s' is unknown; known are %s"
                        .formatted(
                            question,
                            Bench.all().stream()
                                .map(Bench::name)
                                .collect(Collectors.joining(", ")))));
    if (soak && !bench.canSoak()) {
      throw new ParameterException(
          spec.commandLine(), "question '%s' has no --soak".formatted(question));
    }
    if ((seeds != null || attacks != null) && !bench.hasTrials()) {
      throw new ParameterException(
          spec.commandLine(), "question '%s' has no --seeds and no --attacks".formatted(question));
    }
    Size size = sizes.size();
    if (soak && size == Size.SMOKE) {
      throw new ParameterException(
          spec.commandLine(), "--soak is a long run and --smoke a short one; give one of them");
    }
    Bench.Trials trials = trials();
    try {
      bench.check(trials);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    Path folder = out != null ? out : SizeOptions.folder(size, bench.folder());
    Logs.to(folder);
    Report report =
        Report.start(folder, "bench " + question + size.option() + (soak ? " --soak" : ""), seed);
    List<Figure> figures;
    try (var bar = new Bar("bench " + question)) {
      figures =
          bench.run(new Bench.Options(size, seed, soak, Optional.of(folder), trials), bar::at);
    }
    report.write(figures, Map.of(), bench.page(figures));
    System.out.print(Report.table(figures));
    System.out.println("All of it: " + report.file());
    return 0;
  }

  /** What is to be tried; begins at the first of the seeds. */
  private Bench.Trials trials() {
    if (attacks != null && !Files.isReadable(attacks)) {
      throw new ParameterException(
          spec.commandLine(), "file of attacks '%s' cannot be read".formatted(attacks));
    }
    int count = 0;
    if (seeds != null) {
      var range = SEEDS.matcher(seeds);
      if (!range.matches()) {
        throw refused();
      }
      long first = Long.parseLong(range.group(1));
      long last = Long.parseLong(range.group(2));
      if (last <= first || last - first >= MOST_SEEDS) {
        throw refused();
      }
      seed = first;
      count = (int) (last - first + 1);
    }
    return new Bench.Trials(Optional.ofNullable(attacks), count);
  }

  private ParameterException refused() {
    return new ParameterException(
        spec.commandLine(),
        "seeds '%s' must be two or more up to %d, such as 1..10".formatted(seeds, MOST_SEEDS));
  }
}
