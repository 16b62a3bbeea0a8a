package dev.mama.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.cli.TaskGiver.Progress;
import dev.mama.examples.Task;
import dev.mama.journal.Grade;
import dev.mama.runtime.Durability;
import dev.mama.testkit.SteppedMachine;
import dev.mama.testkit.TestGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent that hands out tasks: as many as may be at a time, and what becomes of unanswered ones.
 */
class TaskGiverTest {

  private static final AgentId GIVER = AgentId.of("tasks-test");
  private static final AgentId APPLICATION = AgentId.of("run-test");
  private static final AgentId ANNA = AgentId.of("anna");

  @TempDir Path folder;

  record Count(int tasks) {}

  /** Answers every task but the 2nd, on which it fails. */
  private static final class Worker implements DurableAgent<Count> {
    private int tasks;

    @Override
    public Count state() {
      return new Count(tasks);
    }

    @Override
    public void restore(Count state) {
      tasks = state.tasks();
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      tasks++;
      if (message.payload().as(Task.class).number() == 2) {
        throw new IllegalStateException("not this one");
      }
      context.reply(Payload.text("done"));
    }
  }

  private final AtomicBoolean stopping = new AtomicBoolean();

  private TestGroup group() throws InterruptedException {
    List<Assignment> work = new ArrayList<>();
    for (int number = 1; number <= 5; number++) {
      work.add(new Assignment(ANNA, new Task(number)));
    }
    var group =
        TestGroup.on(
            SteppedMachine.seeded(5),
            options -> options.durable(Durability.in(folder).grade(Grade.MEMORY)));
    group.define(AgentType.durable("worker", Count.class, Worker::new));
    group.define(
        AgentType.durablePerId(
            "giver", Progress.class, id -> new TaskGiver(id, APPLICATION, work, 2, stopping::get)));
    if (group.group().resume().agents() == 0) {
      group.start("anna", "worker");
      group.start(GIVER.value(), "giver");
    }
    return group;
  }

  private static Progress progress(Sender application) throws InterruptedException {
    return application
        .ask(GIVER, Payload.of(new TaskGiver.HowFar()), Duration.ofHours(1))
        .as(Progress.class);
  }

  @Test
  void tasks_areHandedOut_andOneThatIsNotAnswered_isGivenUpInTime() throws Exception {
    try (var group = group()) {
      Sender application = group.client(APPLICATION.value());
      application.send(GIVER, Payload.of(new TaskGiver.Begin()));
      group.settle();
      Progress soon = progress(application);
      assertThat(soon.answered()).isEqualTo(4);
      assertThat(soon.open()).hasSize(1);
      group.advance(TaskGiver.PATIENCE.plusMinutes(1));
      Progress late = progress(application);
      assertThat(late.givenUp()).isEqualTo(1);
      assertThat(late.late()).hasSize(1);
      assertThat(late.isIdle()).isTrue();
    }
  }

  @Test
  void stopping_handsOutNothingMore_andTheNextRunGoesOn() throws Exception {
    stopping.set(true);
    try (var group = group()) {
      Sender application = group.client(APPLICATION.value());
      application.send(GIVER, Payload.of(new TaskGiver.Begin()));
      group.settle();
      assertThat(progress(application).next()).isZero();
    }
    stopping.set(false);
    try (var group = group()) {
      Sender application = group.client(APPLICATION.value());
      application.send(GIVER, Payload.of(new TaskGiver.Begin()));
      group.settle();
      assertThat(progress(application).answered()).isEqualTo(4);
    }
  }
}
