package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message that has reached its agent: what a mailbox holds. Small, because there are many, and
 * its own link in the mailbox's list.
 */
sealed class Letter {

  /** A letter with more than its message: an envelope, or a time, or both. */
  static sealed class Special extends Letter permits Kept {
    private final @Nullable Envelope envelope;
    private final boolean timed;
    private final long acceptedNanos;

    Special(Message message, @Nullable Envelope envelope, boolean timed, long acceptedNanos) {
      super(message);
      this.envelope = envelope;
      this.timed = timed;
      this.acceptedNanos = acceptedNanos;
    }
  }

  /** Tells a durable agent that it may leave the memory; no message. */
  static final class Leave extends Letter {
    private static final Message NOTHING =
        new Message(
            0,
            1,
            AgentId.of("nobody"),
            AgentId.of("nobody"),
            Channel.AGENT_CHAT,
            Payload.text(""),
            new Trace(1, 1, 1),
            Deadline.NONE);

    Leave() {
      super(NOTHING);
    }
  }

  /** A message that stands in the journal until its turn has committed. */
  static final class Kept extends Special {
    private final Place place;

    private Kept(Message message, Place place, boolean timed, long acceptedNanos) {
      super(message, null, timed, acceptedNanos);
      this.place = place;
    }

    /** Where it stands in the journal. */
    Place place() {
      return place;
    }
  }

  /** Where a message stands in the journal: in which record, and there the how manieth from 0. */
  record Place(long record, int index) {}

  private final Message message;

  /** The mailbox's own: the letter below it, and how many have come before it. */
  @Nullable Letter next;

  int number;

  private Letter(Message message) {
    this.message = message;
  }

  /** A message of this group for whose answer nobody waits; it needs no envelope. */
  static Letter sent(Message message, Time time) {
    return isTimed(message) ? new Special(message, null, true, time.nanos()) : new Letter(message);
  }

  /** A question, or what a transport has delivered. */
  static Letter of(Envelope envelope, Time time) {
    boolean timed = isTimed(envelope.message());
    return new Special(envelope.message(), envelope, timed, timed ? time.nanos() : 0);
  }

  /** A message that stands in the journal at {@code place}. */
  static Letter kept(Message message, Place place, Time time) {
    boolean timed = isTimed(message);
    return new Kept(message, place, timed, timed ? time.nanos() : 0);
  }

  private static boolean isTimed(Message message) {
    return message.idLow() % TurnMeters.EVERY == 0;
  }

  /** Whether its wait and its turn are to be measured. */
  final boolean isTimed() {
    return this instanceof Special special && special.timed;
  }

  /** When it reached its agent, on the group's clock; 0 if it is not {@link #isTimed}. */
  final long acceptedNanos() {
    return this instanceof Special special ? special.acceptedNanos : 0;
  }

  final Message message() {
    return message;
  }

  /** What it came in, or null if it needed none. */
  final @Nullable Envelope envelope() {
    return this instanceof Special special ? special.envelope : null;
  }

  final boolean isAsk() {
    Envelope envelope = envelope();
    return envelope != null && envelope.kind() == Kind.ASK;
  }

  /** The agents that wait for the answer, the first asker first; empty if nobody does. */
  final List<AgentId> waiting() {
    Envelope envelope = envelope();
    return envelope == null ? List.of() : envelope.waiting();
  }
}
