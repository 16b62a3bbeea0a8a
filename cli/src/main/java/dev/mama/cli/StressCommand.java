package dev.mama.cli;

import dev.mama.bench.stress.Stress;
import dev.mama.bench.stress.StressOptions;
import dev.mama.bench.stress.StressReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
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

  @Option(
      names = "--quick",
      description = "agents 5, 100, 1000; requests 1, 10, 100; latencies 0 and 200 ms; short cells")
  private boolean quick;

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
      description = "where report.json, report.md, stress.csv and stress.png go (${DEFAULT-VALUE})")
  private Path out = Path.of("results", "stress");

  @Override
  public Integer call() throws InterruptedException {
    StressOptions options = options();
    Logs.to(out);
    Report report = Report.start(out, "stress" + (quick ? " --quick" : ""), seed);
    StressReport found;
    try (var interruption = new Interruption()) {
      try (var bar = new Bar("stress")) {
        found = Stress.run(options, bar::at, interruption::wished);
      }
      found.write(out);
      report.write(
          found.figures(),
          Map.of("model", "scripted: a fake, no language model", "stopped", found.stopped()),
          found.text());
      System.out.print(Report.table(found.summary()));
      System.out.println("All of it: " + report.file());
    }
    return found.allWell() ? 0 : 1;
  }

  private StressOptions options() {
    StressOptions usual = quick ? StressOptions.quick(seed) : StressOptions.full(seed);
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
