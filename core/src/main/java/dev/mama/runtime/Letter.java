package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Message;
import dev.mama.Time;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message that has reached its agent: what a mailbox holds. Small, because there are many, and
 * its own link in the mailbox's list.
 */
sealed class Letter {

  /** A message whose wait and turn are measured. */
  static final class Timed extends Letter {
    private final long acceptedNanos;

    private Timed(Message message, @Nullable Envelope envelope, long acceptedNanos) {
      super(message, envelope);
      this.acceptedNanos = acceptedNanos;
    }

    /** When it reached its agent, on the group's clock. */
    long acceptedNanos() {
      return acceptedNanos;
    }
  }

  private final Message message;
  private final @Nullable Envelope envelope;

  /** The mailbox's own. */
  @Nullable Letter next;

  private Letter(Message message, @Nullable Envelope envelope) {
    this.message = message;
    this.envelope = envelope;
  }

  /** A message of this group for whose answer nobody waits; it needs no envelope. */
  static Letter sent(Message message, Time time) {
    return of(message, null, time);
  }

  /** A question, or what a transport has delivered. */
  static Letter of(Envelope envelope, Time time) {
    return of(envelope.message(), envelope, time);
  }

  private static Letter of(Message message, @Nullable Envelope envelope, Time time) {
    return message.idLow() % TurnMeters.EVERY == 0
        ? new Timed(message, envelope, time.nanos())
        : new Letter(message, envelope);
  }

  final Message message() {
    return message;
  }

  /** What it came in, or null if it needed none. */
  final @Nullable Envelope envelope() {
    return envelope;
  }

  final boolean isAsk() {
    return envelope != null && envelope.kind() == Kind.ASK;
  }

  /** The agents that wait for the answer, the first asker first; empty if nobody does. */
  final List<AgentId> waiting() {
    return envelope == null ? List.of() : envelope.waiting();
  }
}
