package dev.mama.cli;

import dev.mama.bench.Size;
import dev.mama.bench.stress.Stress;
import dev.mama.bench.stress.StressOptions;
import dev.mama.bench.stress.StressReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the runtime under many agents, many requests, a slow model, and faults. */
@Command(
    name = "stress",
    mixinStandardHelpOptions = true,
    description =
        "Agents x requests at once x latency of the model, with the time of each stage and a check"
            + " that no answer reaches another's request; then faults, expected and actual; then how"
            + " much a core and a GiB carry. About eight minutes; --quick takes one. Exit code 1 where"
            + " an answer is strange or a fault has not the expected outcome.")
final class StressCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private SizeOptions sizes = new SizeOptions();

  @Option(
      names = "--agents",
      split = ",",
      paramLabel = "N",
      description = "how many agents give help, one or more numbers (5,10,20,50,100,1000)")
  private List<Integer> agents = List.of();

  @Option(
      names = "--concurrent",
      split = ",",
      paramLabel = "N",
      description = "how many requests at once (1,2,5,10,20,100)")
  private List<Integer> concurrent = List.of();

  @Option(
      names = "--latency",
      split = ",",
      paramLabel = "MS",
      description = "how long the model takes, in ms (0,50,200,1000)")
  private List<Integer> latencies = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "what is drawn is drawn from this (${DEFAULT-VALUE})")
  private long seed = 42;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "where report.json, report.md, stress.csv and stress.png go (results/stress)")
  private @Nullable Path out;

  @Override
  public Integer call() throws InterruptedException {
    Size size = sizes.size();
    StressOptions options = options(size);
    Path folder = out != null ? out : SizeOptions.folder(size, "stress");
    Logs.to(folder);
    Report report = Report.start(folder, "stress" + size.option(), seed);
    StressReport found;
    try (var interruption = new Interruption()) {
      try (var bar = new Bar("stress")) {
        found =
            size == Size.SMOKE
                ? Stress.inMemory(options, bar::at, interruption::wished)
                : Stress.run(options, bar::at, interruption::wished);
      }
      found.write(folder);
      report.write(
          found.figures(),
          Map.of("model", "scripted: a fake, no language model", "stopped", found.stopped()),
          found.text());
      System.out.print(Report.table(found.summary()));
      System.out.println("All of it: " + report.file());
    }
    return found.allWell() ? 0 : 1;
  }

  private StressOptions options(Size size) {
    StressOptions usual = StressOptions.of(size, seed);
    if (size == Size.SMOKE && !latencies.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--latency is not for --smoke; its model takes no time");
    }
    try {
      return new StressOptions(
          agents.isEmpty() ? usual.agents() : agents,
          concurrent.isEmpty() ? usual.concurrent() : concurrent,
          latencies.isEmpty()
              ? usual.latencies()
              : latencies.stream().map(Duration::ofMillis).toList(),
          usual.least(),
          usual.most(),
          seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}
