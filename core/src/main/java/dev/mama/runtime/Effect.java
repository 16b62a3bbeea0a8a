package dev.mama.runtime;

import dev.mama.Event;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Trace;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;

/** What a durable turn brings about once it has committed. */
sealed interface Effect {

  /** What stands in the turn's record, and is done after a kill too. */
  sealed interface Kept extends Effect {}

  /** A message to a durable agent of this group. */
  record Deliver(Message message) implements Kept {}

  /**
   * A message of the agent's own that comes later.
   *
   * @param dueMillis when, since 1970
   */
  record Later(Message message, long dueMillis) implements Kept {}

  /** A message to elsewhere, with its place in the line. */
  record Wire(Envelope envelope) implements Kept {}

  /** A row of the event log. */
  record Row(Event event) implements Kept {}

  /** A message to an agent of this group that lives in memory. */
  record Tell(Message message) implements Effect {}

  /** A publication. */
  record Publish(String topic, Payload payload, Trace trace) implements Effect {}

  /** The answer to whoever waits for it. */
  record Answer(Message asked, Kind kind, Payload payload) implements Effect {}
}
