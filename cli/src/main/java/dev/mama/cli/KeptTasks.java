package dev.mama.cli;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Time;
import dev.mama.cli.TaskGiver.Progress;
import dev.mama.runtime.AgentGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Has a {@link TaskGiver} of each group hand out the tasks of durable agents, and looks on. What is
 * done stays done when the process is killed.
 */
final class KeptTasks implements Course {

  /** The type of the agents that hand out. */
  static final String TYPE = "task-giver";

  private static final int MOST_PROBLEMS = 100;
  private static final Duration GLANCE = Duration.ofMillis(100);

  private final List<AgentGroup> groups;
  private final List<List<Assignment>> work;
  private final Interruption interruption;
  private final Bar bar;
  private final int tasks;

  /**
   * @param groups in which the task givers are started or resumed
   * @param work of each group, the same in each run
   */
  KeptTasks(
      List<AgentGroup> groups, List<List<Assignment>> work, Interruption interruption, Bar bar) {
    this.groups = groups;
    this.work = work;
    this.interruption = interruption;
    this.bar = bar;
    this.tasks = work.stream().mapToInt(List::size).sum();
  }

  /** The agent that hands out the tasks of {@code group}. */
  static AgentId giver(AgentGroup group) {
    return AgentId.of("tasks-" + group.name());
  }

  private static String application(AgentGroup group) {
    return "run-" + group.name();
  }

  /** The type of the agent that hands out {@code work} in {@code group}. */
  static AgentType type(
      AgentGroup group, List<Assignment> work, int atOnce, Interruption interruption) {
    AgentId application = AgentId.of(application(group));
    return AgentType.durablePerId(
        TYPE,
        Progress.class,
        id -> new TaskGiver(id, application, work, atOnce, interruption::wished));
  }

  @Override
  public Result run() throws InterruptedException {
    var clients = new ArrayList<Sender>();
    for (AgentGroup group : groups) {
      Sender client = group.client(application(group));
      client.send(giver(group), Payload.of(new TaskGiver.Begin()));
      clients.add(client);
    }
    while (true) {
      List<Progress> all = new ArrayList<>();
      for (int i = 0; i < groups.size(); i++) {
        Payload progress =
            clients
                .get(i)
                .ask(giver(groups.get(i)), Payload.of(new TaskGiver.HowFar()), TaskGiver.PATIENCE);
        all.add(progress.as(Progress.class));
      }
      int done = all.stream().mapToInt(each -> each.answered() + each.givenUp()).sum();
      bar.at(done, tasks, "tasks done");
      if (done == tasks || (interruption.wished() && all.stream().allMatch(Progress::isIdle))) {
        return result(all);
      }
      Time.system().sleep(GLANCE);
    }
  }

  private Result result(List<Progress> all) {
    var problems = new ArrayList<String>();
    for (int i = 0; i < all.size(); i++) {
      for (int late : all.get(i).late()) {
        problems.add(
            "'%s' left a task without an answer for %s, or stands still"
                .formatted(work.get(i).get(late).agent(), TaskGiver.PATIENCE));
      }
    }
    return Result.ofTasks(
        tasks,
        all.stream().mapToInt(Progress::answered).sum(),
        List.copyOf(problems.subList(0, Math.min(MOST_PROBLEMS, problems.size()))));
  }
}
