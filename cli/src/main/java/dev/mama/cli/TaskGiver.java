package dev.mama.cli;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.Delivery;
import dev.mama.DurableAgent;
import dev.mama.MamaException;
import dev.mama.Message;
import dev.mama.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Hands out the tasks of one group's agents, and counts who has done them. It is durable itself, so
 * that after a kill a task that was done stays done, and one that was handed out is not handed out
 * again: it waits for its agent in the journal.
 *
 * <p>A task is a message; the first message that its agent sends back closes the oldest of the
 * tasks it has. Where none comes within {@link #PATIENCE}, the task is given up.
 *
 * <p>Confined to its turn.
 */
final class TaskGiver implements DurableAgent<TaskGiver.Progress> {

  /** How long an agent may take for a task that has reached it. */
  static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Duration LOOK = Duration.ofSeconds(30);
  private static final int MOST_NAMED = 100;

  /** To be told once by each run: hand out what may be. */
  record Begin() {}

  /** To be answered with {@link Progress}. */
  record HowFar() {}

  /** Its own: are there tasks that take too long? */
  record Look() {}

  /**
   * A task under way.
   *
   * @param task its place among the group's
   */
  record Open(int task, long sinceMillis) {}

  /**
   * How far it has come.
   *
   * @param next the place of the first task that is not handed out
   * @param late places of tasks that were given up, the first 100; which of its tasks an agent has
   *     not answered is not known, only how many
   * @param looking whether it has asked to be reminded
   */
  record Progress(
      int next, int answered, int givenUp, List<Integer> late, List<Open> open, boolean looking) {

    boolean isIdle() {
      return open.isEmpty();
    }
  }

  private final AgentId self;
  private final AgentId application;
  private final List<Assignment> work;
  private final int atOnce;
  private final BooleanSupplier stopping;
  private int next;
  private int answered;
  private int givenUp;
  private final List<Integer> late = new ArrayList<>();
  private final List<Open> open = new ArrayList<>();
  private boolean looking;

  /**
   * @param application who may tell it what to do
   * @param work all there is to be done, the same in each run
   * @param atOnce tasks under way at a time
   * @param stopping whether nothing more is to be handed out in this run
   */
  TaskGiver(
      AgentId self,
      AgentId application,
      List<Assignment> work,
      int atOnce,
      BooleanSupplier stopping) {
    this.self = self;
    this.application = application;
    this.work = work;
    this.atOnce = atOnce;
    this.stopping = stopping;
  }

  @Override
  public Progress state() {
    return new Progress(next, answered, givenUp, List.copyOf(late), List.copyOf(open), looking);
  }

  @Override
  public void restore(Progress state) {
    next = state.next();
    answered = state.answered();
    givenUp = state.givenUp();
    late.addAll(state.late());
    open.addAll(state.open());
    looking = state.looking();
  }

  @Override
  public void onMessage(Message message, AgentContext context) throws Exception {
    if (message.from().equals(self)) {
      looking = false;
      giveUpBegunBefore(context.time().now().minus(PATIENCE).toEpochMilli());
    } else if (!message.from().equals(application)) {
      answeredBy(message.from());
    } else if (message.payload().type().equals("HowFar")) {
      context.reply(Payload.of(state()));
      return;
    }
    handOut(context);
  }

  private void giveUpBegunBefore(long millis) {
    for (Open each : List.copyOf(open)) {
      if (each.sinceMillis() <= millis) {
        open.remove(each);
        giveUp(each.task());
      }
    }
  }

  private void giveUp(int task) {
    givenUp++;
    if (late.size() < MOST_NAMED) {
      late.add(task);
    }
  }

  private void answeredBy(AgentId agent) {
    for (int i = 0; i < open.size(); i++) {
      if (work.get(open.get(i).task()).agent().equals(agent)) {
        open.remove(i);
        answered++;
        return;
      }
    }
    // Else a task that was given up, or talk: neither counts.
  }

  private void handOut(AgentContext context) {
    while (open.size() < atOnce && next < work.size() && !stopping.getAsBoolean()) {
      Assignment task = work.get(next);
      try {
        if (context.trySend(task.agent(), Payload.of(task.task())) instanceof Delivery.Refused) {
          break; // its mailbox is full; with the next answer
        }
        open.add(new Open(next, context.time().now().toEpochMilli()));
      } catch (MamaException e) {
        giveUp(next); // its agent stands still
      }
      next++;
    }
    if (!looking && (!open.isEmpty() || next < work.size())) {
      var unused = context.schedule(LOOK, Payload.of(new Look()));
      looking = true;
    }
  }
}
