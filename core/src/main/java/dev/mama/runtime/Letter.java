package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Message;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way within a group: what a mailbox holds. Small, because there are many, and its
 * own link in the mailbox's list.
 */
final class Letter {

  private final Message message;
  private final @Nullable List<AgentId> waiting;

  /** The mailbox's own. */
  @Nullable Letter next;

  private Letter(Message message, @Nullable List<AgentId> waiting) {
    this.message = message;
    this.waiting = waiting;
  }

  /** A message for whose answer nobody waits. */
  static Letter sent(Message message) {
    return new Letter(message, null);
  }

  /**
   * A question.
   *
   * @param waiting the agents that wait for the answer, the first asker first
   */
  static Letter asked(Message message, List<AgentId> waiting) {
    return new Letter(message, waiting);
  }

  /** What a transport has delivered. */
  static Letter of(Envelope envelope) {
    return new Letter(envelope.message(), envelope.kind() == Kind.ASK ? envelope.waiting() : null);
  }

  Message message() {
    return message;
  }

  boolean isAsk() {
    return waiting != null;
  }

  /** The agents that wait for the answer, the first asker first; empty if nobody does. */
  List<AgentId> waiting() {
    return waiting == null ? List.of() : waiting;
  }
}
