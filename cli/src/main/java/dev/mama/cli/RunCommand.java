package dev.mama.cli;

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
      names = "--out",
      paramLabel = "DIR",
      description = "where report.json and mama.log go (${DEFAULT-VALUE})")
  private Path out = Path.of("results", "run");

  @Override
  public Integer call() throws InterruptedException {
    ExperimentFile experiment = ExperimentFile.read(file, System::getenv);
    Logs.to(out);
    Report report = Report.start(out, "run", experiment.seed());
    try (URLClassLoader classes = AgentTypes.classes(classpath)) {
      ExperimentRun.Outcome outcome =
          ExperimentRun.run(experiment, classes, System::getenv, record);
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
      return outcome.allWell() ? 0 : 1;
    } catch (IOException e) {
      throw new InputException("--classpath %s: cannot be closed: %s".formatted(classpath, e));
    }
  }
}
