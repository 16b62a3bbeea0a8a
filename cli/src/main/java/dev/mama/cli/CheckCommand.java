package dev.mama.cli;

import dev.mama.cli.ExperimentFile.Storage;
import dev.mama.examples.InputException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells what is wrong with an experiment file, all of it, without running anything. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Tells all that is wrong with an experiment file, each with its line.")
final class CheckCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "the experiment, in YAML")
  private Path file = Path.of("");

  @Override
  public Integer call() {
    try {
      ExperimentFile experiment = ExperimentFile.read(file, System::getenv);
      System.out.printf(
          "%s: %,d agents of %d types in %d groups; broker %s, %s, model %s%n",
          file,
          experiment.agentCount(),
          experiment.agents().size(),
          experiment.groups(),
          experiment.wire().broker().isPresent() ? "given" : "embedded",
          rows(experiment.storage()),
          experiment.llm().scripted() ? "scripted" : "at MAMA_LLM_URL");
      return 0;
    } catch (InputException e) {
      String.valueOf(e.getMessage()).lines().forEach(line -> System.err.println("mama: " + line));
      return Mama.BAD_INPUT;
    }
  }

  private static String rows(Storage storage) {
    String database = "database " + (storage.database().isPresent() ? "given" : "embedded");
    String archive = "archive " + storage.archive();
    return switch (storage.mode()) {
      case COPY -> database;
      case ARCHIVE -> archive;
      case BOTH -> database + ", " + archive;
    };
  }
}
