package dev.mama.replay;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.StepAgent;
import dev.mama.Supervision.Reaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A run that is run again, turn by turn: each agent gets what it got then, and must do what it did.
 * Stop after any turn, and its agents are as they were.
 *
 * <p>Confined to one thread.
 */
public final class Rerun {

  private final Run run;
  private final Map<String, AgentType> types = new HashMap<>();
  private final Map<AgentId, Agent> agents = new HashMap<>();

  /** What durable agents were after their last turn that did not fail. */
  private final Map<AgentId, Payload> states = new HashMap<>();

  private long turns;

  Rerun(Run run, Collection<AgentType> types) {
    this.run = run;
    for (AgentType type : types) {
      if (this.types.put(type.name(), type) != null) {
        throw new IllegalArgumentException("type '%s' is given twice".formatted(type.name()));
      }
    }
  }

  /**
   * Runs up to {@code most} more turns, as long as agents do what they did.
   *
   * @return where the agents parted from the run, or empty if they did not
   * @throws RunException if a turn cannot be read, or its agent's type is not given
   * @throws InterruptedException if interrupted
   */
  public Optional<RunDifference> go(long most) throws InterruptedException {
    for (long i = 0; i < most; i++) {
      TurnRecord turn = run.next();
      if (turn == null) {
        return Optional.empty();
      }
      turns++;
      Optional<RunDifference> parted = again(turn);
      if (parted.isPresent()) {
        return parted;
      }
    }
    return Optional.empty();
  }

  /** How many turns were run. */
  public long turns() {
    return turns;
  }

  /** The agent {@code id} as it is after the turns run so far, empty if it had none yet. */
  public Optional<Agent> agent(AgentId id) {
    return Optional.ofNullable(agents.get(id));
  }

  private Optional<RunDifference> again(TurnRecord turn) throws InterruptedException {
    AgentType type = types.get(turn.type());
    if (type == null) {
      throw new RunException(
          "turn %d of the run in %s is of type '%s', which is not given; known are %s"
              .formatted(turns, run.folder(), turn.type(), types.keySet()),
          null);
    }
    Agent agent = agents.computeIfAbsent(turn.agent(), id -> type.factory().apply(id));
    var input = new ArrayList<Message>();
    List<Happening> happenings = turn.happenings();
    for (Happening happening : happenings) {
      if (happening.kind().equals("arrived")) {
        input.add(Notes.message(happening, turn.agent()));
      }
    }
    var tape = new Tape.Playing(happenings.subList(input.size(), happenings.size()).iterator());
    boolean failed = false;
    try {
      act(turn, agent, input, new TapedContext(turn.agent(), tape, null));
      tape.end(null);
    } catch (Exception | Error e) { // foreign code; compared with what it threw then
      if (e instanceof InterruptedException now && !tape.isInterrupted()) {
        throw now; // not the agent then: this thread
      }
      failed = true;
      tape.end(e);
    }
    if (type.state() != null) {
      agents.put(turn.agent(), kept(turn.agent(), type, agent, type.state(), failed));
    } else if (failed && type.supervision().reaction() == Reaction.RESTART) {
      agents.put(turn.agent(), type.factory().apply(turn.agent()));
    }
    return tape.isParted()
        ? Optional.of(new RunDifference(turns, turn.toString(), tape.expected(), tape.happened()))
        : Optional.empty();
  }

  /** A durable agent after a turn: where that has failed, made anew with its last state. */
  private Agent kept(
      AgentId id, AgentType type, Agent agent, Class<? extends Record> state, boolean failed) {
    if (!failed) {
      if (agent instanceof DurableAgent<?> durable) {
        Record now = durable.state();
        states.put(id, Payload.encoded(now.getClass().getSimpleName(), Payload.of(now).json()));
      }
      return agent;
    }
    Agent fresh = type.factory().apply(id);
    Payload last = states.get(id);
    if (last != null) {
      durable(fresh).restore(last.as(state));
    }
    return fresh;
  }

  @SuppressWarnings("unchecked") // AgentType.durable has the two agree
  private static DurableAgent<Record> durable(Agent agent) {
    return (DurableAgent<Record>) agent;
  }

  private static void act(TurnRecord turn, Agent agent, List<Message> input, TapedContext context)
      throws Exception {
    if (turn.step() == 0) {
      agent.onMessage(input.getFirst(), context);
    } else if (agent instanceof StepAgent stepAgent) {
      stepAgent.onStep(turn.step(), List.copyOf(input), context);
    } else {
      throw new IllegalArgumentException(
          "agent '%s' lived in steps, and its type's agents do not".formatted(turn.agent()));
    }
  }
}
