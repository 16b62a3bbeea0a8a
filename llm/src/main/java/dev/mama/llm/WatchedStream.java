package dev.mama.llm;

import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.ChatStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A stream whose end, of whichever kind, a stage of the pipeline is told once. */
abstract class WatchedStream implements ChatStream {

  private final ChatStream stream;
  private final AtomicBoolean ended = new AtomicBoolean();
  private int chars;
  private @Nullable ChatReply reply;

  WatchedStream(ChatStream stream) {
    this.stream = stream;
  }

  /** The answer is complete; returns what the reader is given. */
  abstract ChatReply completed(ChatReply whole);

  /** The answer broke off. */
  abstract void failed(ChatException e);

  /** The reader left after {@code chars} characters. */
  abstract void left(int chars);

  @Override
  public Optional<String> next() throws InterruptedException {
    Optional<String> piece;
    try {
      piece = stream.next();
      if (piece.isEmpty()) {
        complete(stream.reply());
      }
    } catch (ChatException e) {
      broke(e);
      throw e;
    }
    chars += piece.map(String::length).orElse(0);
    return piece;
  }

  @Override
  public ChatReply reply() throws InterruptedException {
    ChatReply known = reply;
    if (known != null) {
      return known;
    }
    try {
      return complete(stream.reply());
    } catch (ChatException e) {
      broke(e);
      throw e;
    }
  }

  @Override
  public void close() {
    stream.close();
    if (!ended.getAndSet(true)) {
      left(chars);
    }
  }

  private ChatReply complete(ChatReply whole) {
    ChatReply known = reply;
    if (known == null) {
      known = ended.getAndSet(true) ? whole : completed(whole);
      reply = known;
    }
    return known;
  }

  private void broke(ChatException e) {
    if (!ended.getAndSet(true)) {
      failed(e);
    }
  }
}
