package dev.mama.cli;

import dev.mama.ExperimentId;
import dev.mama.examples.InputException;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs an experiment that a file describes. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description =
        "Runs the experiment that FILE describes: its agents on the real runtime, each given its"
            + " tasks. Broker and database are embedded where the file names none; './mama check"
            + " FILE' tells what is wrong with a file.")
final class RunCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "the experiment, in YAML")
  private Path file = Path.of("");

  @Option(
      names = "--classpath",
      paramLabel = "PATH",
      description = "where agents' classes are: folders and jars, with the system's separator")
  private @Nullable String classpath;

  @Option(
      names = "--record",
      paramLabel = "RUN",
      description = "keep the run turn by turn in this folder, for 'rerun' and 'diff'")
  private @Nullable Path record;

  @Option(
      names = "--resume",
      paramLabel = "EXP",
      description =
          "go on with the experiment EXP, which was killed or stopped; its agents are durable, so"
              + " what they had done stays done")
  private @Nullable String resume;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description =
          "where durable agents are kept, a folder for each experiment (${DEFAULT-VALUE})")
  private Path keep = Path.of("results", "kept");

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "where report.json and mama.log go (${DEFAULT-VALUE})")
  private Path out = Path.of("results", "run");

  @Override
  public Integer call() throws InterruptedException {
    ExperimentFile experiment = read();
    if (resume != null && record != null) {
      throw new InputException(
          "--record keeps a run from its beginning, and --resume goes on in its middle; leave one"
              + " out");
    }
    try (URLClassLoader classes = AgentTypes.classes(classpath)) {
      ExperimentRun.check(experiment, classes);
      if (resume == null && experiment.durability().isEmpty()) {
        return run(experiment, classes, null);
      }
      try (KeptExperiment kept =
          resume == null
              ? KeptExperiment.begin(keep, experiment)
              : KeptExperiment.resume(keep, experiment)) {
        System.out.printf(
            "Experiment %s is kept in %s; if it is killed or stopped, add --resume %s%n",
            experiment.experiment(), kept.folder(), experiment.experiment());
        return run(experiment, classes, kept);
      }
    } catch (IOException e) {
      throw new InputException("--classpath %s: cannot be closed: %s".formatted(classpath, e));
    }
  }

  private ExperimentFile read() {
    if (resume == null) {
      return ExperimentFile.read(file, System::getenv);
    }
    try {
      return ExperimentFile.read(file, System::getenv, ExperimentId.of(resume));
    } catch (IllegalArgumentException e) {
      throw new InputException("--resume: " + e.getMessage());
    }
  }

  private int run(ExperimentFile experiment, URLClassLoader classes, @Nullable KeptExperiment kept)
      throws InterruptedException {
    Logs.to(out);
    Report report = Report.start(out, "run", experiment.seed());
    return ExperimentRun.run(
                experiment,
                classes,
                System::getenv,
                record,
                kept,
                outcome -> write(report, experiment, outcome))
            .allWell()
        ? 0
        : 1;
  }

  private void write(Report report, ExperimentFile experiment, ExperimentRun.Outcome outcome) {
    var more = new LinkedHashMap<String, Object>();
    more.put("experiment", experiment.experiment().value());
    more.put("file", file.toString());
    more.put("model", outcome.model());
    more.put("interrupted", outcome.interrupted());
    more.put("problems", outcome.problems());
    report.write(outcome.figures(), more);
    System.out.printf(
        "Experiment %s, model %s%n", experiment.experiment().value(), outcome.model());
    System.out.print(Report.table(outcome.figures()));
    outcome.problems().stream().limit(5).forEach(problem -> System.out.println("  " + problem));
    System.out.println("All of it: " + report.file());
  }
}
