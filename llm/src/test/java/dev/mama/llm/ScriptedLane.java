package dev.mama.llm;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.spi.ChatModel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A bare call that fails as told, then answers; for tests in virtual time. */
final class ScriptedLane implements ChatModel {

  private final String name;
  private final Queue<ChatException> failures = new ArrayDeque<>();
  final List<ChatRequest> asked = new ArrayList<>();
  boolean closed;

  ScriptedLane(String name) {
    this.name = name;
  }

  ScriptedLane fails(Reason reason, int times) {
    for (int i = 0; i < times; i++) {
      failures.add(new ChatException(name + " scripted", reason, 1, null, null));
    }
    return this;
  }

  ScriptedLane fails(Reason reason, Duration retryAfter) {
    failures.add(new ChatException(name + " scripted", reason, 1, retryAfter, null));
    return this;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public synchronized ChatReply chat(ChatRequest request) {
    asked.add(request);
    var failure = failures.poll();
    if (failure != null) {
      throw failure;
    }
    return new ChatReply(
        "answer " + asked.size(), name, 60, 40, Duration.ZERO, Duration.ofMillis(10));
  }

  @Override
  public void close() {
    closed = true;
  }
}
