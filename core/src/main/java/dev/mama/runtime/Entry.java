package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.runtime.Letter.Place;
import dev.mama.spi.Envelope.Sequence;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A record in the journal of durable agents; {@link EntryForm} is how it looks there. */
sealed interface Entry {

  /** Whose journal this is; stands in front of each stretch that is kept. */
  record Head(String experiment) implements Entry {}

  /**
   * An agent as it is.
   *
   * @param turn how many turns it has committed
   * @param state what it is, or null before the first
   * @param positions how far it has come with senders of other processes
   * @param topics of which it is a member
   */
  record Saved(
      AgentId agent,
      String type,
      long turn,
      @Nullable Payload state,
      List<Position> positions,
      List<String> topics)
      implements Entry {}

  /**
   * How far an agent has come with one start of a sender in another process.
   *
   * @param sequence of the last message handled
   */
  record Position(AgentId sender, Sequence sequence) {}

  /**
   * A turn.
   *
   * @param saved its agent after it, with the one position that it has moved, if any
   * @param handled where the message stands that it handled, or null if nowhere
   */
  record Committed(Saved saved, @Nullable Place handled, List<Effect.Kept> effects)
      implements Entry {}

  /** A message to a durable agent, of a client or of an agent that lives in memory. */
  record Accepted(Message message) implements Entry {}

  /** A message to come later, moved here from {@code before}. */
  record Moved(Effect.Later later, Place before) implements Entry {}

  /** A message to come later was taken back. */
  record TakenBack(Place place) implements Entry {}

  /** An answer of a model, given while {@code message} was handled. */
  record Answered(UUID message, Answers.Call call) implements Entry {}

  /** Everything that the turn at {@code record} brought about has left. */
  record Released(long record) implements Entry {}

  /** An agent was stopped because it failed; what waits for it is dead. */
  record Stopped(AgentId agent) implements Entry {}
}
