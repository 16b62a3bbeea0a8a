package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Message;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message that has reached its agent: what a mailbox holds. Small, because there are many, and
 * its own link in the mailbox's list.
 */
final class Letter {

  private final Message message;
  private final @Nullable Envelope envelope;

  /** The mailbox's own. */
  @Nullable Letter next;

  private Letter(Message message, @Nullable Envelope envelope) {
    this.message = message;
    this.envelope = envelope;
  }

  /** A message of this group for whose answer nobody waits; it needs no envelope. */
  static Letter sent(Message message) {
    return new Letter(message, null);
  }

  /** A question, or what a transport has delivered. */
  static Letter of(Envelope envelope) {
    return new Letter(envelope.message(), envelope);
  }

  Message message() {
    return message;
  }

  /** What it came in, or null if it needed none. */
  @Nullable Envelope envelope() {
    return envelope;
  }

  boolean isAsk() {
    return envelope != null && envelope.kind() == Kind.ASK;
  }

  /** The agents that wait for the answer, the first asker first; empty if nobody does. */
  List<AgentId> waiting() {
    return envelope == null ? List.of() : envelope.waiting();
  }
}
