package dev.mama.cli;

import dev.mama.examples.InputException;
import dev.mama.replay.Run;
import dev.mama.replay.RunDifference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows the first thing at which two recorded runs part. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description =
        "Shows the first thing at which two runs part, as './mama run FILE --record RUN' kept them"
            + " (exit code 1 if they do). Each agent's turns are compared one by one; times and ids"
            + " are no difference.")
final class DiffCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "RUN", description = "the folder of a recorded run")
  private Path first = Path.of("");

  @Parameters(index = "1", paramLabel = "RUN", description = "the folder of another one")
  private Path second = Path.of("");

  @Override
  public Integer call() throws InterruptedException {
    if (isSame()) {
      throw new InputException(
          "%s and %s are the same folder; give two runs".formatted(first, second));
    }
    try (Run one = Run.open(first);
        Run other = Run.open(second)) {
      if (one.seed() != other.seed()) {
        System.out.printf("the seeds differ: %d and %d%n", one.seed(), other.seed());
      }
      Optional<RunDifference> difference = RunDifference.between(one, other);
      System.out.println(
          difference.map(RunDifference::toString).orElse("the runs are the same, turn by turn"));
      return difference.isPresent() ? 1 : 0;
    }
  }

  private boolean isSame() {
    try {
      return Files.exists(first) && Files.exists(second) && Files.isSameFile(first, second);
    } catch (IOException e) {
      throw new InputException("%s cannot be read: %s".formatted(first, e));
    }
  }
}
