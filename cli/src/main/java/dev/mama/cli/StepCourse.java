package dev.mama.cli;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.bench.Figure;
import dev.mama.cli.ExperimentFile.Agents;
import dev.mama.cli.ExperimentFile.StepLife;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Steps;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Lets the agents of one group live so many steps. */
final class StepCourse implements Course {

  private static final Duration GLANCE = Duration.ofMillis(100);

  private final Steps steps;
  private final StepLife life;
  private final Interruption interruption;
  private final Bar bar;

  /**
   * Steps in {@code group}, in which nobody is started yet.
   *
   * @param listener told of what all have finished
   */
  StepCourse(
      AgentGroup group,
      StepLife life,
      Steps.Listener listener,
      Interruption interruption,
      Bar bar) {
    this.steps = Steps.in(group, life.skew(), listener);
    this.life = life;
    this.interruption = interruption;
    this.bar = bar;
  }

  /** Starts the agents of {@code all}, whose types are {@code types} by name. */
  void start(List<Agents> all, Map<String, AgentType> types) throws InterruptedException {
    Map<String, List<AgentId>> ids =
        all.stream().collect(Collectors.toMap(Agents::type, Agents::ids));
    for (Agents agents : all) {
      AgentType type = types.get(agents.type());
      if (type == null) {
        throw new IllegalStateException("type '%s' was not made".formatted(agents.type()));
      }
      steps.define(type);
      var senders = new HashSet<AgentId>();
      agents.hears().forEach(heard -> senders.addAll(ids.getOrDefault(heard, List.of())));
      Set<AgentId> heard = Set.copyOf(senders);
      for (AgentId id : agents.ids()) {
        if (agents.hears().isEmpty()) {
          steps.start(id, type.name());
        } else {
          steps.start(id, type.name(), heard);
        }
      }
    }
  }

  @Override
  public Result run() throws InterruptedException {
    var all =
        new FutureTask<>(() -> {
          steps.run(life.steps());
          return life.steps();
        });
    Thread.ofVirtual().name("steps").start(all);
    List<String> problems = await(all);
    long finished = steps.finished();
    return new Result(
        List.of(
            Figure.of("run.steps", (double) finished, "count", 1).exactly((double) life.steps())),
        problems);
  }

  private List<String> await(FutureTask<Long> all) throws InterruptedException {
    while (true) {
      bar.at(steps.finished(), life.steps(), "steps done");
      if (interruption.wished()) {
        all.cancel(true); // no further step begins
      }
      try {
        var unused = all.get(GLANCE.toMillis(), TimeUnit.MILLISECONDS);
        return List.of();
      } catch (TimeoutException e) {
        // not yet: look again
      } catch (CancellationException e) {
        return List.of();
      } catch (ExecutionException e) {
        return List.of(String.valueOf(e.getCause()));
      }
    }
  }
}
