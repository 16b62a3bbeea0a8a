package dev.mama.llm;

import dev.mama.ChatReply;
import dev.mama.ChatReply.Source;
import java.time.Duration;
import java.util.List;

/** The same reply with what a stage knows better. */
final class Replies {

  private Replies() {}

  static ChatReply afterAttempts(ChatReply reply, int attempts) {
    return copy(reply, reply.queued(), reply.source(), attempts, reply.passedOver());
  }

  static ChatReply passingOver(ChatReply reply, int attempts, List<String> passedOver) {
    return copy(reply, reply.queued(), reply.source(), attempts, passedOver);
  }

  static ChatReply queued(ChatReply reply, Duration queued) {
    return copy(reply, queued, reply.source(), reply.attempts(), reply.passedOver());
  }

  static ChatReply from(Source source, ChatReply reply) {
    return copy(reply, reply.queued(), source, 0, reply.passedOver());
  }

  private static ChatReply copy(
      ChatReply reply, Duration queued, Source source, int attempts, List<String> passedOver) {
    return new ChatReply(
        reply.text(),
        reply.model(),
        reply.promptTokens(),
        reply.completionTokens(),
        queued,
        reply.onWire(),
        source,
        attempts,
        passedOver);
  }
}
