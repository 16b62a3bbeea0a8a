package dev.mama.registry;

import dev.mama.AskTimeoutException;
import dev.mama.Payload;
import dev.mama.Sender;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the registry agent of an experiment, wherever that is, what one writer has to tell: each
 * batch until it is answered, and only then the next.
 *
 * <p>Thread-safe; callers wait for one another.
 */
public final class RegistryClient {

  private final PmlWriter writer;
  private final Duration timeout;
  private @Nullable PmlLetter unanswered;

  private RegistryClient(PmlWriter writer, Duration timeout) {
    this.writer = writer;
    this.timeout = timeout;
  }

  /**
   * A client that writes with {@code writer}, which nobody else uses.
   *
   * @param timeout how long to wait for an answer
   */
  public static RegistryClient of(PmlWriter writer, Duration timeout) {
    return new RegistryClient(writer, timeout);
  }

  /**
   * Tells {@code messages}, and returns what became of them. Where an earlier batch was not
   * answered, or could not be kept, it is sent again first; the registry takes it once.
   *
   * @param sender on whose behalf it is asked: an agent in its turn, or a client of a group
   * @throws AskTimeoutException if the registry did not answer in time; the batch is sent again
   *     before the next one
   * @throws IllegalArgumentException if there are more than 1,000 messages
   * @throws IllegalStateException if the registry refused an earlier batch, so that none can follow
   *     it: begin anew with a writer of a later start
   * @throws InterruptedException if interrupted while waiting; the batch is sent again before the
   *     next one
   */
  public synchronized PmlAnswer tell(Sender sender, List<PmlMessage> messages)
      throws InterruptedException {
    if (unanswered != null) {
      PmlAnswer late = ask(sender, unanswered);
      if (!late.isTaken()) {
        throw new IllegalStateException(
            "the registry refused an earlier batch (%s); begin anew with a writer of a later start"
                .formatted(late.refusals()));
      }
    }
    return ask(sender, writer.write(messages));
  }

  private PmlAnswer ask(Sender sender, PmlLetter letter) throws InterruptedException {
    unanswered = letter;
    PmlAnswer answer =
        sender.ask(RegistryAgent.ID, Payload.of(letter), timeout).as(PmlAnswer.class);
    if (answer.isTaken()) {
      unanswered = null;
    }
    return answer;
  }
}
