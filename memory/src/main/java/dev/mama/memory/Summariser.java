package dev.mama.memory;

import dev.mama.ChatMessage;
import java.util.List;
import java.util.Optional;

/**
 * Makes a few words of the messages that leave a window, for instance by a chat model.
 *
 * <p>Called while its session is held, on the thread that adds the message: others that use the
 * same session wait for it, nobody else does.
 */
@FunctionalInterface
public interface Summariser {

  /** Sums up nothing: what leaves a window is gone. */
  Summariser NONE = (summary, leaving) -> Optional.empty();

  /**
   * The new summary, or empty to leave it as it is.
   *
   * <p>If this throws, the caller of {@code add} gets the exception; its message is kept, and the
   * messages stay until the next one is added, but no longer than until there are twice as many as
   * the window holds.
   *
   * @param summary what came before {@code leaving}
   * @param leaving the messages that leave, oldest first
   * @throws InterruptedException if interrupted while waiting
   */
  Optional<String> summarise(Optional<String> summary, List<ChatMessage> leaving)
      throws InterruptedException;
}
