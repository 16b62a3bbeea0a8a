package dev.mama.cli;

import dev.mama.bench.Size;
import dev.mama.bench.soak.Soak;
import dev.mama.bench.soak.SoakOptions;
import dev.mama.bench.soak.SoakReport;
import dev.mama.embedded.RunFolder;
import dev.mama.examples.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Looks for leaks in a long run under steady load. */
@Command(
    name = "soak",
    mixinStandardHelpOptions = true,
    description =
        "Steady mixed load (model, memory, agents) on the whole path, with a real broker, a real"
            + " database and the real encoder; what the process holds is read all along. Exit code 1"
            + " where something leaks or a request fails. Ctrl-C reports what was measured so far.")
final class SoakCommand implements Callable<Integer> {

  private static final double MOST_MINUTES = 10_080;
  private static final double MILLIS_PER_MINUTE = 60_000;

  @Spec private CommandSpec spec;

  @Option(names = "--minutes", paramLabel = "M", description = "for how long (60)")
  private @Nullable Double minutes;

  @Option(names = "--rate", paramLabel = "N", description = "requests per second (50)")
  private @Nullable Integer rate;

  @Option(
      names = "--agents",
      paramLabel = "N",
      description = "agents started and closed meanwhile, a thousand at a time (100,000)")
  private @Nullable Integer agents;

  @Mixin private SizeOptions sizes = new SizeOptions();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "what inputs are drawn from (${DEFAULT-VALUE})")
  private long seed = 42;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "where report.json, report.md, soak.csv and soak.png go (results/soak)")
  private @Nullable Path out;

  @Override
  public Integer call() throws InterruptedException {
    Size size = sizes.size();
    SoakOptions options = options(size);
    Path folder = out != null ? out : SizeOptions.folder(size, "soak");
    Logs.to(folder);
    Report report = Report.start(folder, "soak" + size.option(), seed);
    SoakReport found;
    try (var interruption = new Interruption()) {
      try (var bar = new Bar("soak")) {
        found =
            size == Size.SMOKE
                ? inMemory(options, bar, interruption)
                : Soak.run(options, bar::at, interruption::wished);
      }
      found.write(folder);
      report.write(
          found.figures(),
          Map.of(
              "minutes", options.time().toMillis() / MILLIS_PER_MINUTE,
              "rate", options.perSecond(),
              "model", "scripted: a fake, no language model",
              "stopped", found.stopped(),
              "pinnedAt", found.pinnedAt()),
          found.verdictTable());
      System.out.print(Report.table(found.figures()));
      System.out.println(found.verdictTable());
      System.out.println("All of it: " + report.file());
    }
    return found.allWell() ? 0 : 1;
  }

  private static SoakReport inMemory(SoakOptions options, Bar bar, Interruption interruption)
      throws InterruptedException {
    try (var folder = RunFolder.open("soak")) {
      Path memories = folder.path().resolve("memories");
      return Soak.inMemory(memories, options, bar::at, interruption::wished);
    } catch (IOException e) {
      throw new InputException(String.valueOf(e.getMessage()));
    }
  }

  private SoakOptions options(Size size) {
    SoakOptions usual = SoakOptions.of(size, seed);
    double length = minutes != null ? minutes : usual.time().toMillis() / MILLIS_PER_MINUTE;
    if (!(length > 0 && length <= MOST_MINUTES)) {
      throw new ParameterException(
          spec.commandLine(),
          "--minutes %s must be more than 0, at most %,.0f".formatted(length, MOST_MINUTES));
    }
    try {
      return new SoakOptions(
          Duration.ofMillis(Math.round(length * MILLIS_PER_MINUTE)),
          rate != null ? rate : usual.perSecond(),
          agents != null ? agents : usual.agents(),
          usual.perCycle(),
          seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}
