package dev.mama.llm;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatStream;
import dev.mama.ChatTool;
import dev.mama.Deadline;
import dev.mama.Time;
import dev.mama.llm.ChatJson.Chunk;
import dev.mama.llm.HttpStream.Broken;
import dev.mama.llm.HttpStream.End;
import dev.mama.llm.HttpStream.Head;
import dev.mama.llm.HttpStream.Part;
import dev.mama.llm.PooledHttp.TooLongException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A streamed answer of OpenAI's chat completions.
 *
 * <p>It is complete with {@code [DONE]}, or where the body ends after a finish reason; where it
 * ends before, it is truncated. What comes between two looks of the reader waits in {@link
 * HttpStream}.
 */
final class OpenAiStream implements ChatStream {

  private static final String DONE = "[DONE]";
  private static final int EXCERPT_BYTES = 512;

  private final LlmEndpoint endpoint;
  private final Failures failures;
  private final HttpStream exchange;
  private final Limits limits;
  private final long askedNanos;
  private final Runnable released;
  private final AtomicBoolean isReleased = new AtomicBoolean();
  private final SseParser parser;
  private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();
  private final StringBuilder text = new StringBuilder();
  private final TreeMap<Integer, CallParts> calls = new TreeMap<>();
  private String model;
  private String finish = "";
  private int promptTokens;
  private int completionTokens;
  private long sentNanos;
  private long firstNanos;
  private long lastNanos;
  private long thoughts;
  private boolean anyEvent;
  private @Nullable String ready;
  private @Nullable ChatReply reply;
  private @Nullable ChatException failure;
  private volatile boolean closed;

  /** What bounds the waiting. */
  record Limits(Deadline deadline, Time time, BooleanSupplier modelClosed) {}

  private static final class CallParts {
    private final StringBuilder arguments = new StringBuilder();
    private String id = "";
    private String name = "";
  }

  /**
   * @param askedNanos when the call was made, on {@link System#nanoTime}
   * @param released run once, as soon as the connection is not needed any more
   */
  OpenAiStream(
      LlmEndpoint endpoint,
      Failures failures,
      HttpStream exchange,
      Limits limits,
      long askedNanos,
      Runnable released) {
    this.endpoint = endpoint;
    this.failures = failures;
    this.exchange = exchange;
    this.limits = limits;
    this.askedNanos = askedNanos;
    this.released = released;
    this.parser = new SseParser(endpoint.maxReplyBytes());
    this.model = endpoint.model();
  }

  /**
   * Waits for the first token of the answer; the stream is closed where that fails.
   *
   * @throws ChatException if it does not begin
   */
  void awaitBeginning() throws InterruptedException {
    boolean done = false;
    try {
      if (limits.modelClosed().getAsBoolean()) {
        throw failures.closed();
      }
      ready = advance().orElse(null);
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  @Override
  public Optional<String> next() throws InterruptedException {
    String first = ready;
    if (first != null) {
      ready = null;
      return Optional.of(first);
    }
    if (failure != null) {
      throw failure;
    }
    if (reply != null) {
      return Optional.empty();
    }
    if (closed) {
      throw closedByReader();
    }
    while (true) {
      // What advances without a text was a tool call.
      Optional<String> piece = advance();
      if (piece.isPresent() || reply != null) {
        return piece;
      }
    }
  }

  @Override
  public ChatReply reply() throws InterruptedException {
    while (reply == null) {
      var unused = next();
    }
    return reply;
  }

  @Override
  public void close() {
    closed = true;
    release(exchange::giveUp);
  }

  /**
   * Reads until the answer goes on, or is complete.
   *
   * @return a text, or empty if a tool is called or the answer is complete
   */
  private Optional<String> advance() throws InterruptedException {
    long silentSince = System.nanoTime();
    try {
      while (true) {
        Optional<SseParser.Event> event = parser.poll();
        if (event.isEmpty()) {
          if (read(silentSince)) {
            complete();
            return Optional.empty();
          }
          continue;
        }
        anyEvent = true;
        if (event.get().data().equals(DONE)) {
          complete();
          return Optional.empty();
        }
        Chunk chunk = chunk(event.get().data());
        apply(chunk);
        if (chunk.isProgress()) {
          firstNanos = firstNanos == 0 ? lastNanos : firstNanos;
          silentSince = System.nanoTime();
          if (!chunk.text().isEmpty() || !chunk.calls().isEmpty()) {
            return Optional.of(chunk.text()).filter(piece -> !piece.isEmpty());
          }
        }
      }
    } catch (ChatException e) {
      failure = e;
      release(exchange::giveUp);
      throw e;
    }
  }

  /** Reads the next part; returns whether the answer is complete with it. */
  private boolean read(long silentSince) throws InterruptedException {
    switch (take(silentSince)) {
      case Head(int status, var headers, long sent) -> {
        sentNanos = sent;
        if (status != 200) {
          throw failures.refused(status, headers, body(silentSince));
        }
      }
      case Part part -> {
        lastNanos = part.atNanos;
        byte[] bytes = part.bytes;
        if (!anyEvent) {
          int room = EXCERPT_BYTES - beginning.size();
          beginning.write(bytes, 0, Math.max(0, Math.min(room, bytes.length)));
        }
        try {
          parser.feed(bytes);
        } catch (IllegalArgumentException e) {
          throw failures.asked("was given up: " + e.getMessage(), Reason.MALFORMED);
        }
      }
      case End end -> {
        if (!anyEvent) {
          throw failures.malformed(
              new IllegalArgumentException("it is no event stream"),
              beginning.toString(StandardCharsets.UTF_8));
        }
        if (finish.isEmpty()) {
          throw truncated("the answer ended");
        }
        return true;
      }
      case Broken(Throwable cause) -> {
        if (!finish.isEmpty()) {
          return true;
        }
        if (limits.modelClosed().getAsBoolean()) {
          throw failures.closed();
        }
        if (closed) {
          throw closedByReader();
        }
        throw firstNanos == 0
            ? failures.broken(cause)
            : truncated(String.valueOf(cause.getMessage()));
      }
    }
    return false;
  }

  private HttpStream.Signal take(long silentSince) throws InterruptedException {
    Duration left = limits.deadline().remaining(limits.time());
    Duration patience = endpoint.requestTimeout().minusNanos(System.nanoTime() - silentSince);
    boolean cut = left.compareTo(patience) < 0;
    Duration limit = cut ? left : patience;
    try {
      return exchange.take(limit.isNegative() ? Duration.ZERO : limit);
    } catch (TimeoutException e) {
      if (firstNanos == 0) {
        throw failures.silent(cut ? left : endpoint.requestTimeout(), cut);
      }
      throw cut
          ? failures.asked("was given up: the deadline passed within its answer", Reason.DEADLINE)
          : failures.asked(
              "fell silent within its answer for %s, the requestTimeout"
                  .formatted(endpoint.requestTimeout()),
              Reason.TIMEOUT);
    }
  }

  /** The body of a refusal, as far as it comes. */
  private String body(long silentSince) throws InterruptedException {
    var body = new ByteArrayOutputStream();
    while (body.size() < EXCERPT_BYTES && take(silentSince) instanceof Part part) {
      body.writeBytes(part.bytes);
    }
    return body.toString(StandardCharsets.UTF_8);
  }

  private Chunk chunk(String data) {
    ChatJson.Streamed streamed;
    try {
      streamed = ChatJson.streamed(data);
    } catch (IllegalArgumentException e) {
      throw failures.malformed(e, data);
    }
    return switch (streamed) {
      case Chunk chunk -> chunk;
      case ChatJson.Failed(int status, String message) ->
          throw failures.asked(
              "failed within its answer: " + failures.excerpt(message),
              status >= 400 && status < 600 ? Failures.reason(status) : Reason.FAILED);
    };
  }

  private void apply(Chunk chunk) {
    text.append(chunk.text());
    thoughts += chunk.thoughts();
    long size = text.length() + thoughts;
    for (var part : chunk.calls()) {
      var call = calls.computeIfAbsent(part.index(), index -> new CallParts());
      call.id = part.id().isEmpty() ? call.id : part.id();
      call.name = part.name().isEmpty() ? call.name : part.name();
      call.arguments.append(part.arguments());
    }
    for (var call : calls.values()) {
      size += call.arguments.length() + call.name.length();
    }
    if (size > endpoint.maxReplyBytes()) {
      throw failures.broken(new TooLongException(endpoint.maxReplyBytes()));
    }
    finish = chunk.finish().isEmpty() ? finish : chunk.finish();
    model = chunk.model().isEmpty() ? model : chunk.model();
    promptTokens = Math.max(promptTokens, chunk.promptTokens());
    completionTokens = Math.max(completionTokens, chunk.completionTokens());
  }

  private void complete() {
    List<ChatTool.Call> called = new ArrayList<>();
    calls.forEach((index, call) ->
        called.add(
            new ChatTool.Call(
                call.id.isEmpty() ? "call_" + index : call.id,
                call.name,
                call.arguments.toString())));
    reply =
        new ChatReply(
            text.toString(),
            called,
            ChatJson.finish(finish, !called.isEmpty()),
            model,
            promptTokens,
            completionTokens,
            Duration.ofNanos(sentNanos - askedNanos),
            Duration.ofNanos(lastNanos - sentNanos),
            Duration.ofNanos((firstNanos == 0 ? lastNanos : firstNanos) - sentNanos),
            ChatReply.Source.MODEL,
            1,
            List.of());
    release(exchange::discardRest);
  }

  private void release(Runnable how) {
    if (!isReleased.getAndSet(true)) {
      how.run();
      released.run();
    }
  }

  private ChatException truncated(String how) {
    return failures.asked(
        "broke off within its answer, after %d characters: %s".formatted(text.length(), how),
        Reason.TRUNCATED);
  }

  private static IllegalStateException closedByReader() {
    return new IllegalStateException("the stream was closed before its end; read it, then close");
  }
}
