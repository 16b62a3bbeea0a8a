package dev.mama.cli;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.cli.ExperimentFile.Agents;
import dev.mama.replay.Rerun;
import dev.mama.replay.Run;
import dev.mama.replay.RunDifference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a recorded run again, offline. */
@Command(
    name = "rerun",
    mixinStandardHelpOptions = true,
    description =
        "Runs the agents of an experiment again on what a run has recorded: no broker, no database,"
            + " no model. Shows where they do something else than they did (exit code 1).")
final class RerunCommand implements Callable<Integer> {

  @Parameters(index = "0", paramLabel = "FILE", description = "the experiment, in YAML")
  private Path file = Path.of("");

  @Parameters(index = "1", paramLabel = "RUN", description = "the folder of its recorded run")
  private Path recorded = Path.of("");

  @Option(
      names = "--classpath",
      paramLabel = "PATH",
      description = "where agents' classes are: folders and jars, with the system's separator")
  private @Nullable String classpath;

  @Override
  public Integer call() throws Exception {
    ExperimentFile experiment = ExperimentFile.read(file, System::getenv);
    Map<AgentId, AgentCard> cards = new HashMap<>();
    experiment.agents().forEach(agents -> cards.putAll(agents.cards()));
    try (var classes = AgentTypes.classes(classpath);
        Run run = Run.open(recorded)) {
      List<AgentType> types = new ArrayList<>();
      for (Agents agents : experiment.agents()) {
        types.add(AgentTypes.of(agents, cards, AgentTypes.Life.of(experiment), classes));
      }
      Rerun again = run.again(types);
      Optional<RunDifference> parted = again.go(Long.MAX_VALUE);
      System.out.println(
          parted
              .map(RunDifference::toString)
              .orElse("%,d turns, and all agents did what they did".formatted(again.turns())));
      return parted.isPresent() ? 1 : 0;
    }
  }
}
