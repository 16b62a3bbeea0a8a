package dev.mama;

import java.time.Duration;

/** A receiver had no room for a message; the message was not accepted. */
public final class MailboxFullException extends MamaException {

  private static final long serialVersionUID = 1L;

  private final transient AgentId agent;

  /** {@code agent}'s mailbox of {@code capacity} messages stayed full for {@code waited}. */
  public MailboxFullException(AgentId agent, int capacity, Duration waited) {
    this(
        agent,
        "mailbox of agent '%s' stayed full (%d messages) for %s; raise mailboxCapacity or slow the sender"
            .formatted(agent, capacity, waited));
  }

  /** {@code agent} refused a message for the reason in {@code message}. */
  public MailboxFullException(AgentId agent, String message) {
    super(message, null);
    this.agent = agent;
  }

  /** The receiver. */
  public AgentId agent() {
    return agent;
  }
}
