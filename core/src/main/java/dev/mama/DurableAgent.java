package dev.mama;

/**
 * An agent whose state outlives the process: after a turn its group writes down, as one record,
 * {@link #state}, which message was handled, and all that the turn sent and recorded; only then
 * does what it sent leave. After a kill the agent goes on from the last such record: a turn that
 * was not written down runs again, one that was never does.
 *
 * <p>A turn that fails changes nothing: the agent is made anew and given its last state. An agent
 * that nobody writes to may be let go, and is made anew for its next message.
 *
 * <p>Confined to its turn.
 *
 * @param <S> a record that is written and read as JSON; all that matters of the agent
 */
public interface DurableAgent<S extends Record> extends Agent {

  /** What there is to be kept, asked after each turn. */
  S state();

  /**
   * Takes up {@code state}, read from disk; called at most once, on a new agent before its first
   * turn. A new agent that never ended a turn is not given one.
   */
  void restore(S state);

  /**
   * An agent with this one's state, whose turns are those of {@code turns}: for what stands around
   * an agent to watch or record it.
   */
  default DurableAgent<S> withTurns(Agent turns) {
    DurableAgent<S> inner = this;
    return new DurableAgent<>() {
      @Override
      public S state() {
        return inner.state();
      }

      @Override
      public void restore(S state) {
        inner.restore(state);
      }

      @Override
      public void onMessage(Message message, AgentContext context) throws Exception {
        turns.onMessage(message, context);
      }
    };
  }
}
