package dev.mama.runtime;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.StepAgent;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An agent of the steps as the group sees it: an agent that acts in its step when it is woken.
 *
 * <p>Confined to its turn, but for what is said to be volatile.
 */
final class StepMember implements Agent {

  /** What a turn that begins a step is begun with; never leaves the group. */
  private record StepBegins() {}

  final StepPlan.Place place;
  final Payload wake = Payload.of(new StepBegins());
  private final Steps steps;
  private final Supervision supervision;
  private StepAgent agent;
  private @Nullable List<Message> input; // kept while its step is tried again
  private int failures;
  private volatile boolean gone;

  StepMember(Steps steps, StepPlan.Place place, Supervision supervision, StepAgent agent) {
    this.steps = steps;
    this.place = place;
    this.supervision = supervision;
    this.agent = agent;
  }

  /** Goes on with {@code fresh}, after a restart. */
  StepMember with(StepAgent fresh) {
    agent = fresh;
    return this;
  }

  /** Whether it was stopped, so that its steps pass with nothing done. */
  boolean isGone() {
    return gone;
  }

  @Override
  public void onMessage(Message message, AgentContext context) throws Exception {
    if (message.payload() != wake) {
      agent.onMessage(message, context);
      return;
    }
    act(message, (Turn) context);
  }

  private void act(Message message, Turn turn) throws Exception {
    List<Message> read = input;
    if (read == null) {
      read = steps.plan().takeInput(place);
      read.sort(Comparator.comparing(Message::from)); // stable: one sender's stay in order
      input = List.copyOf(read);
    }
    long step = steps.plan().step(place);
    var within = new StepContext(steps, this, step, message, turn);
    try {
      agent.onStep(step, List.copyOf(read), within);
      within.release();
    } catch (Throwable e) {
      if (++failures >= supervision.tries()) {
        gone =
            supervision.reaction() == Reaction.STOP || supervision.reaction() == Reaction.ESCALATE;
        finish(List.of(), List.of(), turn.by);
      }
      throw e;
    } finally {
      within.end();
    }
    finish(within.sent(), within.writes(), turn.by);
  }

  private void finish(List<Message> sent, List<StepPlan.Shared> writes, Worker by) {
    input = null;
    failures = 0;
    steps.finished(this, sent, writes, by);
  }
}
