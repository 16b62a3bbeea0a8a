package dev.mama.llm;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatFormat;
import dev.mama.ChatMessage;
import dev.mama.ChatReply;
import dev.mama.ChatReply.Source;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import dev.mama.Time;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The same request, the same answer, one call: keeps answers, and lets whoever asks what is being
 * asked already wait for that answer.
 *
 * <p>Two requests are the same if they have the same messages, temperature, token limit, tools and
 * format; the models are the same for all of a client. Who asks, how urgently and until when is not
 * part of it: each waits until its own deadline. A failure is shared too, unless it is the asker's
 * own: its deadline, its interruption, or its place in the line; then one of the others asks.
 *
 * <p>A streamed answer is kept and found too, but not shared while it arrives.
 *
 * <p>Thread-safe.
 */
final class AnswerCache {

  private final Cache<Key, ChatReply> answers;
  private final ConcurrentMap<Key, CompletableFuture<ChatReply>> asked = new ConcurrentHashMap<>();
  private final Time time;

  /** Everything that changes the answer. */
  private record Key(
      List<ChatMessage> messages,
      OptionalDouble temperature,
      OptionalInt maxTokens,
      List<ChatTool> tools,
      ChatTool.Choice toolChoice,
      ChatFormat format) {

    static Key of(ChatRequest request) {
      return new Key(
          request.messages(),
          request.temperature(),
          request.maxTokens(),
          request.tools(),
          request.toolChoice(),
          request.format());
    }
  }

  /** Asks the models. */
  interface Loader {
    ChatReply load(ChatRequest request) throws InterruptedException;
  }

  /** Keeps answers for {@code ttl}, and of all of them about {@code maxBytes} at most. */
  AnswerCache(long maxBytes, Duration ttl, Time time) {
    this.time = time;
    this.answers =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher(AnswerCache::bytes)
            .expireAfterWrite(ttl)
            .ticker(time::nanos)
            .executor(Runnable::run)
            .build();
  }

  /** The answer that is kept, if there is one; nobody is asked. */
  Optional<ChatReply> kept(ChatRequest request) {
    return Optional.ofNullable(answers.getIfPresent(Key.of(request)))
        .map(kept -> from(Source.CACHE, kept));
  }

  /** Keeps an answer. */
  void keep(ChatRequest request, ChatReply reply) {
    answers.put(Key.of(request), reply);
  }

  ChatReply get(ChatRequest request, Loader models) throws InterruptedException {
    var key = Key.of(request);
    while (true) {
      ChatReply kept = answers.getIfPresent(key);
      if (kept != null) {
        return from(Source.CACHE, kept);
      }
      var mine = new CompletableFuture<ChatReply>();
      var others = asked.putIfAbsent(key, mine);
      if (others == null) {
        return ask(key, mine, request, models);
      }
      try {
        long left = request.deadline().remaining(time).toNanos();
        return from(Source.SHARED, others.get(left, TimeUnit.NANOSECONDS));
      } catch (TimeoutException e) {
        throw new ChatException(
            "the deadline passed while the same request was being answered for another",
            Reason.DEADLINE);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof ChatException failure && !isAskersOwn(failure)) {
          throw new ChatException(
              String.valueOf(failure.getMessage()),
              failure.reason(),
              0,
              failure.retryAfter().orElse(null),
              failure);
        }
      }
    }
  }

  private ChatReply ask(
      Key key, CompletableFuture<ChatReply> promise, ChatRequest request, Loader models)
      throws InterruptedException {
    try {
      ChatReply reply = models.load(request);
      answers.put(key, reply);
      asked.remove(key);
      promise.complete(reply);
      return reply;
    } catch (Throwable e) {
      asked.remove(key);
      promise.completeExceptionally(e);
      throw e;
    }
  }

  private static boolean isAskersOwn(ChatException e) {
    return e.reason() == Reason.DEADLINE || e.reason() == Reason.BUSY;
  }

  private static ChatReply from(Source source, ChatReply reply) {
    return reply.servedBy(source, 0, reply.queued(), reply.passedOver());
  }

  private static int bytes(Key key, ChatReply reply) {
    long chars = chars(reply.message());
    for (var message : key.messages()) {
      chars += chars(message);
    }
    for (var tool : key.tools()) {
      chars += tool.description().length() + tool.schema().length() + 64L;
    }
    if (key.format() instanceof ChatFormat.JsonSchema schema) {
      chars += schema.schema().length();
    }
    return (int) Math.min(2 * chars, Integer.MAX_VALUE);
  }

  private static long chars(ChatMessage message) {
    long chars = message.content().length() + 48L;
    for (var call : message.toolCalls()) {
      chars += call.arguments().length() + 64L;
    }
    return chars;
  }
}
