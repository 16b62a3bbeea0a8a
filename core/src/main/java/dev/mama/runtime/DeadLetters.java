package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.MamaException;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.spi.Envelope.Failure;
import dev.mama.spi.Envelope.Failure.Reason;
import dev.mama.spi.Envelope.Kind;
import io.micrometer.core.instrument.Counter;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of messages that nobody will handle: they are counted and recorded, and their
 * senders are told.
 *
 * <p>Thread-safe.
 */
final class DeadLetters {

  private final int mailboxCapacity;
  private final Recorder recorder;
  private final Executor executor;
  private final Function<AgentId, Outbox> outboxes;
  private final Counter counter;

  /**
   * @param executor runs what may wait, for threads that must not
   * @param outboxes from which an agent, be it here or not, tells the sender
   */
  DeadLetters(
      GroupOptions options,
      Recorder recorder,
      Executor executor,
      Function<AgentId, Outbox> outboxes) {
    this.mailboxCapacity = options.mailboxCapacity();
    this.recorder = recorder;
    this.executor = executor;
    this.outboxes = outboxes;
    this.counter = options.meters().counter("mama.messages.dead");
  }

  /** Counts a message that is dead because its last try has failed. */
  void count() {
    counter.increment();
  }

  /** Counts and records a message that nobody will handle. */
  void record(Message message, String detail) {
    count();
    recorder.error(
        "agent/" + message.to(),
        "message %s of '%s' is dead: %s".formatted(message.id(), message.from(), detail),
        message.trace());
  }

  /** Records that a message was taken over and will not be handled, and tells its sender. */
  void bury(Message message, String detail) {
    bury(message, Reason.FAILED, detail);
  }

  /**
   * Buries a message that is not taken over; elsewhere, because a transport's thread must not wait.
   */
  void refuse(Message message, Reason reason, String detail) {
    executor.execute(() -> bury(message, reason, detail));
  }

  /** Buries a message that is not taken over because the mailbox of {@code cell} is full. */
  void refuseFull(Message message, Cell cell) {
    refuse(message, Reason.FULL, full(cell));
  }

  /** Counts and records a message that is lost because the mailbox of {@code cell} is full. */
  void recordFull(Message message, Cell cell) {
    executor.execute(() -> record(message, full(cell)));
  }

  private String full(Cell cell) {
    return "mailbox of agent '%s' is full (%d messages); raise mailboxCapacity or slow the sender"
        .formatted(cell.id, mailboxCapacity);
  }

  private void bury(Message message, Reason reason, String detail) {
    record(message, detail);
    fail(outboxes.apply(message.to()), message, new Failure(reason, detail), null);
  }

  /**
   * Answers {@code question} with a failure; where that fails too, it is recorded, and the asker's
   * time limit ends it.
   *
   * @param by the worker whose turn has failed, or null
   */
  void fail(Outbox from, Message question, Failure failure, @Nullable Worker by) {
    try {
      from.answer(question, Kind.FAILURE, Payload.of(failure), by);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (MamaException e) {
      recorder.error(
          "agent/" + from.self(),
          "failure of message %s could not be told to '%s': %s"
              .formatted(question.id(), question.from(), e.getMessage()),
          question.trace());
    }
  }
}
