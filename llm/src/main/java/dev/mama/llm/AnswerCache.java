package dev.mama.llm;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatMessage;
import dev.mama.ChatReply;
import dev.mama.ChatReply.Source;
import dev.mama.ChatRequest;
import dev.mama.Time;
import dev.mama.llm.ModelChain.Served;
import java.time.Duration;
import java.util.List;
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
 * <p>Two requests are the same if they have the same messages, temperature and token limit; the
 * models are the same for all of a client. Who asks, how urgently and until when is not part of it:
 * each waits until its own deadline. A failure is shared too, unless it is the asker's own: its
 * deadline, its interruption, or its place in the line; then one of the others asks.
 *
 * <p>Thread-safe.
 */
final class AnswerCache {

  private final Cache<Key, ChatReply> answers;
  private final ConcurrentMap<Key, CompletableFuture<ChatReply>> asked = new ConcurrentHashMap<>();
  private final Time time;

  private record Key(
      List<ChatMessage> messages, OptionalDouble temperature, OptionalInt maxTokens) {}

  /** Asks the models. */
  interface Loader {
    Served load(ChatRequest request) throws InterruptedException;
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

  Served get(ChatRequest request, Loader models) throws InterruptedException {
    var key = new Key(request.messages(), request.temperature(), request.maxTokens());
    while (true) {
      ChatReply kept = answers.getIfPresent(key);
      if (kept != null) {
        return new Served(Replies.from(Source.CACHE, kept), 0);
      }
      var mine = new CompletableFuture<ChatReply>();
      var others = asked.putIfAbsent(key, mine);
      if (others == null) {
        return ask(key, mine, request, models);
      }
      try {
        long left = request.deadline().remaining(time).toNanos();
        return new Served(Replies.from(Source.SHARED, others.get(left, TimeUnit.NANOSECONDS)), 0);
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

  private Served ask(
      Key key, CompletableFuture<ChatReply> promise, ChatRequest request, Loader models)
      throws InterruptedException {
    try {
      Served served = models.load(request);
      answers.put(key, served.reply());
      asked.remove(key);
      promise.complete(served.reply());
      return served;
    } catch (Throwable e) {
      asked.remove(key);
      promise.completeExceptionally(e);
      throw e;
    }
  }

  private static boolean isAskersOwn(ChatException e) {
    return e.reason() == Reason.DEADLINE || e.reason() == Reason.BUSY;
  }

  private static int bytes(Key key, ChatReply reply) {
    long chars = reply.text().length() + 64L;
    for (var message : key.messages()) {
      chars += message.content().length() + 32L;
    }
    return (int) Math.min(2 * chars, Integer.MAX_VALUE);
  }
}
