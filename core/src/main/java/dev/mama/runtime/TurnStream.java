package dev.mama.runtime;

import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.ChatStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A stream as a turn reads it: the turn lends its permit to others while it waits for a piece, the
 * stream is of use during the turn only, and its end is recorded.
 */
final class TurnStream implements ChatStream {

  private final ChatStream stream;
  private final @Nullable Worker worker;
  private final Runnable check;
  private final Consumer<ChatReply> answered;
  private final Consumer<ChatException> failed;
  private final Runnable left;
  private final AtomicBoolean recorded = new AtomicBoolean();

  /**
   * @param check fails outside the turn
   * @param answered told the whole answer, once
   * @param failed told that it broke off, once
   * @param left told that its reader closed it before its end, once
   */
  TurnStream(
      ChatStream stream,
      @Nullable Worker worker,
      Runnable check,
      Consumer<ChatReply> answered,
      Consumer<ChatException> failed,
      Runnable left) {
    this.stream = stream;
    this.worker = worker;
    this.check = check;
    this.answered = answered;
    this.failed = failed;
    this.left = left;
  }

  @Override
  public Optional<String> next() throws InterruptedException {
    return waiting(() -> {
      Optional<String> piece = stream.next();
      if (piece.isEmpty()) {
        record(stream.reply());
      }
      return piece;
    });
  }

  @Override
  public ChatReply reply() throws InterruptedException {
    return waiting(() -> {
      ChatReply reply = stream.reply();
      record(reply);
      return reply;
    });
  }

  @Override
  public void close() {
    stream.close();
    if (!recorded.getAndSet(true)) {
      left.run();
    }
  }

  private interface Wait<T> {
    T end() throws InterruptedException;
  }

  private <T> T waiting(Wait<T> wait) throws InterruptedException {
    check.run();
    Worker.waits(worker);
    try {
      return wait.end();
    } catch (ChatException e) {
      if (!recorded.getAndSet(true)) {
        failed.accept(e);
      }
      throw e;
    } finally {
      Worker.goesOn(worker);
    }
  }

  private void record(ChatReply reply) {
    if (!recorded.getAndSet(true)) {
      answered.accept(reply);
    }
  }
}
