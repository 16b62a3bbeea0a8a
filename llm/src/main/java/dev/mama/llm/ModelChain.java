package dev.mama.llm;

import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.Time;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Asks the first model, and the next one where that does not answer.
 *
 * <p>A request that is refused for what it says, a budget and a closed client end the chain; all
 * else is passed on while there is time.
 *
 * <p>Thread-safe.
 */
final class ModelChain implements AutoCloseable {

  private final List<ModelWays> models;
  private final Time time;

  ModelChain(List<ModelWays> models, Time time) {
    this.models = List.copyOf(models);
    this.time = time;
  }

  /** The first way to the model that is asked first. */
  ModelLane first() {
    return models.getFirst().first();
  }

  ChatReply chat(ChatRequest request, Spend spend) throws InterruptedException {
    return first(
        request,
        (lane, own, attempts, asked, passedOver) -> {
          ChatReply reply = lane.chat(own, attempts, spend);
          return passingOver(reply, asked, passedOver);
        });
  }

  /** The same for an answer that is streamed; once one has begun, no other model is asked. */
  ChatStream stream(ChatRequest request, Spend spend) throws InterruptedException {
    return first(
        request,
        (lane, own, attempts, asked, passedOver) -> {
          ChatStream stream = lane.stream(own, attempts, spend);
          return new WatchedStream(stream) {
            @Override
            ChatReply completed(ChatReply whole) {
              return passingOver(whole, asked, passedOver);
            }

            @Override
            void failed(ChatException e) {
              // The lane has been told.
            }

            @Override
            void left(int chars) {
              // The lane has been told.
            }
          };
        });
  }

  /** Asks one model on one way, after {@code asked} askings of others. */
  private interface Asking<T> {
    T of(ModelLane lane, ChatRequest request, int attempts, int asked, List<String> passedOver)
        throws InterruptedException;
  }

  private <T> T first(ChatRequest request, Asking<T> asking) throws InterruptedException {
    var passedOver = new ArrayList<String>();
    int asked = 0;
    for (int i = 0; ; i++) {
      ModelWays model = models.get(i);
      ChatRequest own = i == 0 ? request : underKeyOf(i, request);
      int before = asked;
      try {
        return model.ask(
            own,
            (lane, attempts, others) ->
                asking.of(lane, own, attempts, before + others, passedOver));
      } catch (ChatException e) {
        asked += e.attempts();
        if (i + 1 == models.size() || !mayPassOn(e, request, time)) {
          throw passedOver.isEmpty() ? e : all(e, asked, passedOver);
        }
        model.first().meters().passedOver(e.reason());
        passedOver.add("%s: %s".formatted(model.first().name(), e.reason()));
      }
    }
  }

  @Override
  public void close() {
    models.forEach(ModelWays::close);
  }

  /** Whether another way or model may do better. */
  static boolean mayPassOn(ChatException e, ChatRequest request, Time time) {
    return switch (e.reason()) {
      case REFUSED, CLOSED, BUDGET, SKIPPED -> false;
      case DENIED,
          MALFORMED,
          UNREACHABLE,
          FAILED,
          OVERLOADED,
          TRUNCATED,
          TIMEOUT,
          DEADLINE,
          BUSY,
          RESTING ->
          request.deadline().remaining(time).isPositive();
    };
  }

  /** Another model is another request: a server that knows the key would answer for the first. */
  private static ChatRequest underKeyOf(int lane, ChatRequest request) {
    return request
        .idempotencyKey()
        .map(key -> UUID.nameUUIDFromBytes((lane + key).getBytes(StandardCharsets.UTF_8)))
        .map(key -> request.idempotencyKey(key.toString()))
        .orElse(request);
  }

  private static ChatReply passingOver(ChatReply reply, int asked, List<String> passedOver) {
    return reply.servedBy(reply.source(), asked + reply.attempts(), reply.queued(), passedOver);
  }

  private static ChatException all(ChatException last, int asked, List<String> passedOver) {
    return new ChatException(
        "%s; before that %s".formatted(last.getMessage(), String.join(", ", passedOver)),
        last.reason(),
        asked,
        last.retryAfter().orElse(null),
        last);
  }
}
