package dev.mama;

import java.util.Optional;

/**
 * An answer that arrives piece by piece. Whoever opened it closes it, best by {@code try}: closing
 * gives up what has not arrived and frees the connection.
 *
 * <p>Whatever fails once the answer has begun is told by {@link #next} and {@link #reply}, and
 * never tried again: what was handed out cannot be taken back. The failure's reason is {@link
 * ChatException.Reason#TRUNCATED} if the answer broke off, {@code TIMEOUT} if the server fell
 * silent, {@code DEADLINE} if time ran out.
 *
 * <p>To be read by one thread at a time; {@link #close} may come from any.
 */
public interface ChatStream extends AutoCloseable {

  /**
   * Waits for the next piece of the answer's text.
   *
   * @return a piece, never of no length; or empty once the answer is complete
   * @throws ChatException if the answer does not come to its end; asking again fails the same way
   * @throws IllegalStateException if the stream was closed before its end
   * @throws InterruptedException if interrupted while waiting; the stream can still be read
   */
  Optional<String> next() throws InterruptedException;

  /**
   * Waits for what is still to come and returns the whole answer, the pieces handed out before
   * included, with its tool calls and counts.
   *
   * @throws ChatException as {@link #next}
   * @throws InterruptedException as {@link #next}
   */
  ChatReply reply() throws InterruptedException;

  /** Gives up what has not arrived; without effect on a complete answer. */
  @Override
  void close();

  /** The stream of an answer that is there already, in one piece. */
  static ChatStream of(ChatReply reply) {
    return new ChatStream() {
      private boolean ended = reply.text().isEmpty();

      @Override
      public Optional<String> next() {
        boolean last = ended;
        ended = true;
        return last ? Optional.empty() : Optional.of(reply.text());
      }

      @Override
      public ChatReply reply() {
        ended = true;
        return reply;
      }

      @Override
      public void close() {
        // Nothing is held.
      }
    };
  }
}
