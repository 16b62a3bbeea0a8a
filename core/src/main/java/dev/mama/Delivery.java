package dev.mama;

import java.util.UUID;

/** What became of an attempt to send. */
public sealed interface Delivery {

  /**
   * Taken over: in the receiver's mailbox, or by the transport.
   *
   * @param message the id of the message
   */
  record Accepted(UUID message) implements Delivery {}

  /**
   * Not taken over; nothing was kept.
   *
   * @param agent the receiver
   * @param reason why, and what to do about it
   */
  record Refused(AgentId agent, String reason) implements Delivery {}
}
