package dev.mama.registry;

import dev.mama.AskTimeoutException;
import dev.mama.MamaException;
import dev.mama.Payload;
import dev.mama.Sender;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the registry agent of an experiment, wherever that is, what one writer has to tell: each
 * batch until it is answered, and only then the next. What is unanswered stays in line.
 *
 * <p>Thread-safe; callers wait for one another.
 */
public final class RegistryClient {

  /** How many batches stay in line; each has at most a million characters. */
  static final int MOST_UNANSWERED = 16;

  private static final Logger LOG = LoggerFactory.getLogger(RegistryClient.class);

  private final PmlWriter writer;
  private final Duration timeout;
  private final Consumer<PmlAnswer> late;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<PmlLetter> unanswered = new ArrayDeque<>(); // by the lock

  private RegistryClient(PmlWriter writer, Duration timeout, Consumer<PmlAnswer> late) {
    this.writer = writer;
    this.timeout = timeout;
    this.late = late;
  }

  /**
   * A client that writes with {@code writer}, which nobody else uses, and logs what is refused
   * late.
   *
   * @param timeout how long to wait for an answer
   */
  public static RegistryClient of(PmlWriter writer, Duration timeout) {
    return of(writer, timeout, RegistryClient::warn);
  }

  /**
   * A client that writes with {@code writer}, which nobody else uses.
   *
   * @param timeout how long to wait for an answer
   * @param late is shown the answer to each batch that was taken after its {@link #tell} had ended;
   *     of one that was taken without being answered it says {@link PmlReason#REPLAYED}, with what
   *     of it was refused. Where the registry was started anew since then, or has had many writers,
   *     it says nothing more: so it does if nothing is counted as accepted. Runs on the thread that
   *     tells
   */
  public static RegistryClient of(PmlWriter writer, Duration timeout, Consumer<PmlAnswer> late) {
    return new RegistryClient(writer, timeout, late);
  }

  private static void warn(PmlAnswer answer) {
    for (PmlAnswer.Refusal each : answer.refusals()) {
      if (each.reason() != PmlReason.REPLAYED) {
        LOG.warn(
            "message {} of batch {} was refused: {} ({})",
            each.message(),
            answer.sequence(),
            each.reason(),
            each.detail());
      }
    }
  }

  /**
   * Tells {@code messages}, and returns what became of them. Batches before that were not answered,
   * or could not be kept, are sent again first; the registry takes each once.
   *
   * <p>But for {@link NotToldException} and {@link IllegalArgumentException} the messages are in
   * line, whatever is thrown, and so they are after {@link PmlReason#NOT_KEPT}: the next call sends
   * them first. They must not be told again. Waiting for other callers does not end when
   * interrupted.
   *
   * @param sender on whose behalf it is asked: an agent in its turn, or a client of a group
   * @throws AskTimeoutException if the registry did not answer in time
   * @throws MamaException if it could not be asked, as {@link Sender#ask} says
   * @throws NotToldException if 16 batches before are unanswered still; the messages are not in
   *     line, and the interrupt is kept if that was why
   * @throws IllegalArgumentException if there are more than 1,000 messages, or more than 1,048,576
   *     characters of them; they are not in line
   * @throws IllegalStateException if the registry refused an earlier batch as a whole, so that none
   *     can follow it: begin anew with a writer of a later start, and tell it what was not taken
   * @throws InterruptedException if interrupted while waiting for the answer
   */
  public PmlAnswer tell(Sender sender, List<PmlMessage> messages) throws InterruptedException {
    lock.lock();
    try {
      if (unanswered.size() == MOST_UNANSWERED) {
        makeRoom(sender);
      }
      PmlLetter letter = writer.write(messages);
      unanswered.add(letter);
      PmlAnswer before = sendAgain(sender, 1);
      if (before != null) {
        long own = before.sequence() + unanswered.size() - 1;
        return new PmlAnswer(before.writer(), before.start(), own, 0, before.refusals());
      }
      PmlAnswer answer = ask(sender, letter);
      if (answer.isTaken()) {
        unanswered.remove();
      }
      return answer;
    } finally {
      lock.unlock();
    }
  }

  private void makeRoom(Sender sender) {
    try {
      if (sendAgain(sender, MOST_UNANSWERED - 1) != null) {
        throw new NotToldException(unanswered.size(), null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotToldException(unanswered.size(), e);
    } catch (NotToldException e) {
      throw e;
    } catch (MamaException e) {
      throw new NotToldException(unanswered.size(), e);
    }
  }

  /**
   * Sends what is in line, but for the last {@code rest} batches; returns the answer to the first
   * one that could not be kept, or null if all were taken.
   */
  private @Nullable PmlAnswer sendAgain(Sender sender, int rest) throws InterruptedException {
    while (unanswered.size() > rest) {
      PmlAnswer answer = ask(sender, unanswered.element());
      if (answer.isNotKept()) {
        return answer;
      }
      if (!answer.isTaken()) {
        throw new IllegalStateException(
            "the registry refused an earlier batch (%s); begin anew with a writer of a later start"
                .formatted(answer.refusals()));
      }
      unanswered.remove();
      late.accept(answer);
    }
    return null;
  }

  private PmlAnswer ask(Sender sender, PmlLetter letter) throws InterruptedException {
    return sender.ask(RegistryAgent.ID, Payload.of(letter), timeout).as(PmlAnswer.class);
  }
}
