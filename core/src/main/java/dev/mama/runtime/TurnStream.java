package dev.mama.runtime;

import dev.mama.ChatReply;
import dev.mama.ChatStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream as a turn reads it: the turn lends its permit to others while it waits for a piece, and
 * the stream is of use during the turn only.
 */
final class TurnStream implements ChatStream {

  private final ChatStream stream;
  private final @Nullable Worker worker;
  private final Runnable check;

  TurnStream(ChatStream stream, @Nullable Worker worker, Runnable check) {
    this.stream = stream;
    this.worker = worker;
    this.check = check;
  }

  @Override
  public Optional<String> next() throws InterruptedException {
    check.run();
    Worker.waits(worker);
    try {
      return stream.next();
    } finally {
      Worker.goesOn(worker);
    }
  }

  @Override
  public ChatReply reply() throws InterruptedException {
    check.run();
    Worker.waits(worker);
    try {
      return stream.reply();
    } finally {
      Worker.goesOn(worker);
    }
  }

  @Override
  public void close() {
    stream.close();
  }
}
