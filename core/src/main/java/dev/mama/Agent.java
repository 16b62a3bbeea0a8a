package dev.mama;

/**
 * User code that handles messages: plain, blocking Java.
 *
 * <p>A group calls an agent for one message at a time, so its fields need no lock. What it throws
 * is recorded with its id and touches no neighbour. Whether the message is tried again, and what
 * becomes of the agent, its type's {@link Supervision} says: by default there is one try, an answer
 * that is awaited becomes a failure, the agent goes on as it is, and the next message follows.
 *
 * <p>Confined to its turn.
 */
@FunctionalInterface
public interface Agent {

  /**
   * Handles {@code message}. It may wait: for a reply, a model, a sleep; only this agent waits with
   * it. It does so on a thread that may be interrupted, so it hands files, connections and sockets
   * to their owner instead of touching them.
   *
   * @param context what this agent may do; valid until this method returns
   * @throws Exception for whatever reason: the turn has failed
   */
  void onMessage(Message message, AgentContext context) throws Exception;
}
