package dev.mama;

import java.time.Duration;

/**
 * What agents and applications send with: one identity, whose messages to one receiver arrive in
 * the order sent.
 */
public interface Sender {

  /** Whose messages these are. */
  AgentId self();

  /**
   * Hands {@code payload} to the agent {@code to}, wherever it lives, on its agent channel.
   *
   * <p>Waits while the receiver's mailbox, or the transport's window, is full, at most the group's
   * send timeout.
   *
   * @throws MailboxFullException if time ran out; the message was not accepted
   * @throws UnknownAgentException if the transport can say that no such agent is there
   * @throws GroupClosedException if the group has been closed
   * @throws PayloadException if the payload is over the transport's limit
   * @throws TransportException if the transport does not take it over
   * @throws StorageException if {@code to} is durable and the disk refuses; it was not accepted
   * @throws TooManyTurnsException if it would have to wait in a turn, and as many turns wait as may
   * @throws InterruptedException if interrupted while waiting; the message was not accepted
   */
  void send(AgentId to, Payload payload) throws InterruptedException;

  /**
   * Hands {@code payload} over if the receiver lives in this group and its mailbox has room now;
   * never waits. A receiver elsewhere is refused, because only waiting can tell whether a transport
   * takes the message.
   *
   * @throws GroupClosedException if the group has been closed
   * @throws PayloadException if the payload is over the transport's limit
   */
  Delivery trySend(AgentId to, Payload payload);

  /**
   * Sends {@code payload} and waits for the reply, at most {@code timeout} and never beyond the
   * deadline of the message being handled.
   *
   * @return the reply's payload
   * @throws AskTimeoutException if no reply came in time
   * @throws AgentFailedException if the other agent failed, or handled the message without replying
   * @throws AskCycleException if {@code to} is itself waiting, directly or not, for this sender
   * @throws MailboxFullException if the receiver could not take the message over
   * @throws UnknownAgentException if no such agent is there
   * @throws GroupClosedException if the group has been closed
   * @throws PayloadException if the payload is over the transport's limit
   * @throws TransportException if the transport does not take it over
   * @throws StorageException if {@code to} is durable and the disk refuses; it was not accepted
   * @throws TooManyTurnsException if it is asked in a turn, and as many turns wait as may
   * @throws UnsupportedOperationException in an agent that lives in steps
   * @throws InterruptedException if interrupted while waiting; a late reply is dropped
   */
  Payload ask(AgentId to, Payload payload, Duration timeout) throws InterruptedException;
}
