package dev.mama.testkit;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatMessage;
import dev.mama.ChatReply;
import dev.mama.ChatReply.Finish;
import dev.mama.ChatReply.Source;
import dev.mama.ChatRequest;
import dev.mama.Time;
import dev.mama.spi.ChatModel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A fake model that says it is one, for tests of agents: it answers what a function says, in the
 * caller's thread, without a server, at once unless a latency is given. Where the wire matters,
 * take {@link ScriptedChatServer}.
 *
 * <p>It calls itself {@value ScriptedChatServer#MODEL} and counts no tokens. A {@link
 * ChatException} thrown by the function reaches the caller.
 *
 * <p>Thread-safe if the function is.
 */
public final class ScriptedChatModel implements ChatModel {

  private final Function<ChatRequest, ChatMessage> script;
  private final Time time;
  private final Duration latency;
  private final AtomicLong calls = new AtomicLong();
  private volatile boolean closed;

  /** A model whose answers {@code script} gives. */
  public ScriptedChatModel(Function<ChatRequest, String> script) {
    this(script, Time.system());
  }

  /** The same, for requests whose deadlines are on {@code time}. */
  public ScriptedChatModel(Function<ChatRequest, String> script, Time time) {
    this(script, time, Duration.ZERO);
  }

  /** The same, each answer given after {@code latency} of {@code time}. */
  public ScriptedChatModel(Function<ChatRequest, String> script, Time time, Duration latency) {
    this(time, latency, request -> ChatMessage.assistant(script.apply(request)));
  }

  private ScriptedChatModel(
      Time time, Duration latency, Function<ChatRequest, ChatMessage> script) {
    this.script = script;
    this.time = time;
    this.latency = latency;
  }

  /** A model that may call tools: {@code script} gives its whole message. */
  public static ScriptedChatModel saying(Function<ChatRequest, ChatMessage> script) {
    return new ScriptedChatModel(Time.system(), Duration.ZERO, script);
  }

  /** How often the script was asked. */
  public long calls() {
    return calls.get();
  }

  @Override
  public String name() {
    return ScriptedChatServer.MODEL;
  }

  @Override
  public ChatReply chat(ChatRequest request) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (closed) {
      throw new ChatException("the scripted chat model is closed", Reason.CLOSED);
    }
    if (request.deadline().remaining(time).isZero()) {
      throw new ChatException(
          "the deadline passed before the scripted model was asked", Reason.DEADLINE);
    }
    calls.incrementAndGet();
    Duration left = request.deadline().remaining(time);
    time.sleep(latency.compareTo(left) < 0 ? latency : left);
    if (latency.compareTo(left) > 0) {
      throw new ChatException(
          "the deadline passed before the scripted model answered", Reason.DEADLINE);
    }
    ChatMessage message = script.apply(request);
    return new ChatReply(
        message.content(),
        message.toolCalls(),
        message.toolCalls().isEmpty() ? Finish.STOP : Finish.TOOLS,
        name(),
        0,
        0,
        Duration.ZERO,
        latency,
        latency,
        Source.MODEL,
        1,
        List.of());
  }

  @Override
  public void close() {
    closed = true;
  }
}
