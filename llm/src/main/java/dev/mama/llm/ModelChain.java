package dev.mama.llm;

import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
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

  /** An answer and what it cost. */
  record Served(ChatReply reply, double cost) {}

  ModelChain(List<ModelLane> lanes, Time time) {
    this.lanes = List.copyOf(lanes);
    this.time = time;
  }

  /** The model that is asked first. */
  ModelLane first() {
    return lanes.getFirst();
  }

  Served chat(ChatRequest request) throws InterruptedException {
    var passedOver = new ArrayList<String>();
    int asked = 0;
    for (int i = 0; ; i++) {
      ModelLane lane = lanes.get(i);
      try {
        ChatReply reply = lane.chat(i == 0 ? request : underKeyOf(i, request));
        double cost = lane.terms().cost(reply.promptTokens(), reply.completionTokens());
        return new Served(Replies.passingOver(reply, asked + reply.attempts(), passedOver), cost);
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
      case DENIED, MALFORMED, UNREACHABLE, FAILED, OVERLOADED, TIMEOUT, DEADLINE, BUSY, RESTING ->
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

  private static ChatException all(ChatException last, int asked, List<String> passedOver) {
    return new ChatException(
        "%s; before that %s".formatted(last.getMessage(), String.join(", ", passedOver)),
        last.reason(),
        asked,
        last.retryAfter().orElse(null),
        last);
  }
}
