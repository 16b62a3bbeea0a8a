package dev.mama.bench.compare;

import java.util.function.IntFunction;

/**
 * Numbered agents that send each other tokens. A question is written once, against this, and runs
 * on MAMA and on a peer alike: same payload, same handlers, same bound on what waits for an agent.
 *
 * <p>Thread-safe.
 */
public interface Host extends AutoCloseable {

  /** What may wait for one agent; what comes on top is refused by MAMA and dropped by Pekko. */
  int MAILBOX = 256;

  /**
   * What agents send.
   *
   * <p>Immutable.
   *
   * @param number tells tokens apart
   * @param left how often it is to be sent on
   */
  record Token(int number, int left) {}

  /** Sends tokens, as the agent whose handler is running. */
  interface Sending {

    /**
     * Sends {@code token} to the agent {@code to}.
     *
     * @throws InterruptedException if interrupted while waiting for room
     */
    void send(int to, Token token) throws InterruptedException;
  }

  /** One agent's behaviour, called for one token at a time. */
  interface Handler {

    /**
     * Handles {@code token}.
     *
     * @param out valid until this returns
     * @throws InterruptedException if interrupted while sending
     */
    void on(Token token, Sending out) throws InterruptedException;
  }

  /** Starts a host. */
  interface Start {

    /**
     * A host of the agents 0 to {@code agents - 1}.
     *
     * @param handlers makes the handler of each
     * @throws InterruptedException if interrupted while they start
     */
    Host start(int agents, IntFunction<Handler> handlers) throws InterruptedException;
  }

  /** What runs the agents, for messages. */
  String name();

  /**
   * Sends {@code token} to the agent {@code to}, as the application.
   *
   * @throws InterruptedException if interrupted while waiting for room
   */
  void send(int to, Token token) throws InterruptedException;

  /** Stops all agents. */
  @Override
  void close();
}
