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

  private final List<ModelLane> lanes;
  private final Time time;

  ModelChain(List<ModelLane> lanes, Time time) {
    this.lanes = List.copyOf(lanes);
    this.time = time;
  }

  /** The model that is asked first. */
  ModelLane first() {
    return lanes.getFirst();
  }

  ChatReply chat(ChatRequest request, Spend spend) throws InterruptedException {
    return first(
        request,
        (lane, own, asked, passedOver) -> {
          ChatReply reply = lane.chat(own, spend);
          return passingOver(reply, asked, passedOver);
        });
  }

  /** The same for an answer that is streamed; once one has begun, no other model is asked. */
  ChatStream stream(ChatRequest request, Spend spend) throws InterruptedException {
    return first(
        request,
        (lane, own, asked, passedOver) -> {
          ChatStream stream = lane.stream(own, spend);
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

  /** Asks one model, after {@code asked} askings of those passed over. */
  private interface Asking<T> {
    T of(ModelLane lane, ChatRequest request, int asked, List<String> passedOver)
        throws InterruptedException;
  }

  private <T> T first(ChatRequest request, Asking<T> asking) throws InterruptedException {
    var passedOver = new ArrayList<String>();
    int asked = 0;
    for (int i = 0; ; i++) {
      ModelLane lane = lanes.get(i);
      try {
        return asking.of(lane, i == 0 ? request : underKeyOf(i, request), asked, passedOver);
      } catch (ChatException e) {
        asked += e.attempts();
        if (i + 1 == lanes.size() || !mayPassOn(e, request)) {
          throw passedOver.isEmpty() ? e : all(e, asked, passedOver);
        }
        lane.meters().passedOver(e.reason());
        passedOver.add("%s: %s".formatted(lane.name(), e.reason()));
      }
    }
  }

  @Override
  public void close() {
    lanes.forEach(ModelLane::close);
  }

  private boolean mayPassOn(ChatException e, ChatRequest request) {
    return switch (e.reason()) {
      case REFUSED, CLOSED, BUDGET -> false;
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
