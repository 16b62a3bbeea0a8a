package dev.mama;

import java.util.List;

/**
 * User code that lives in steps: it acts once in each, on what was sent to it in the step before.
 *
 * <p>What it throws is recorded with its id; what it had sent and recorded in that try is dropped,
 * and its type's supervision says whether the step is tried again. A step that fails for the last
 * time counts as finished with nothing sent, so that no neighbour waits for it.
 *
 * <p>Confined to its turn.
 */
public interface StepAgent extends Agent {

  /**
   * Acts in one step. It may wait for a model or a computation; only those that declared this agent
   * as a sender wait with it.
   *
   * <p>In a step the context sends ({@code send}, {@code trySend}), asks models, computes, finds
   * help, rates and records. What is sent is read in the next step; help is found among what all
   * had rated up to the step before. Its random numbers are drawn from the group's seed, this
   * agent's id and the step. {@code ask}, {@code reply}, schedules and topics are refused with an
   * {@link UnsupportedOperationException}.
   *
   * @param step number of the step, from 1 on
   * @param input what was sent to this agent in the step before, by the sender's id, and by one
   *     sender in the order sent; the same in each run of the same seed
   * @param context what this agent may do; valid until this method returns
   * @throws Exception for whatever reason: the step has failed
   */
  void onStep(long step, List<Message> input, AgentContext context) throws Exception;

  /** Refuses what is sent to it from outside the steps. */
  @Override
  default void onMessage(Message message, AgentContext context) {
    throw new IllegalStateException(
        "agent '%s' lives in steps and takes no message outside of them, not this '%s' of '%s'; send it from an agent of the same steps"
            .formatted(context.self(), message.payload().type(), message.from()));
  }
}
