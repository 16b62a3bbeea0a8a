package dev.mama;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a chat model is asked.
 *
 * <p>Immutable.
 *
 * @param messages the conversation, oldest first; at least one
 * @param temperature in [0, 2], or empty for the model's default
 * @param maxTokens upper bound of the answer's length, or empty for the model's default
 * @param trace sent along as {@code traceparent}
 * @param deadline when the answer is of no use any more
 */
public record ChatRequest(
    List<ChatMessage> messages,
    OptionalDouble temperature,
    OptionalInt maxTokens,
    Trace trace,
    Deadline deadline) {

  /**
   * @throws IllegalArgumentException if there is no message, or an option is out of its range
   */
  public ChatRequest {
    messages = List.copyOf(messages);
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("a chat request needs at least one message");
    }
    if (temperature.isPresent()
        && !(temperature.getAsDouble() >= 0 && temperature.getAsDouble() <= 2)) {
      throw new IllegalArgumentException(
          "temperature %s must be in [0, 2]".formatted(temperature.getAsDouble()));
    }
    if (maxTokens.isPresent() && maxTokens.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "maxTokens %d must be at least 1".formatted(maxTokens.getAsInt()));
    }
  }

  /**
   * A request of one user message, with the model's defaults, a trace of its own and no deadline.
   */
  public static ChatRequest of(String text) {
    return new ChatRequest(
        List.of(new ChatMessage(ChatMessage.Role.USER, text)),
        OptionalDouble.empty(),
        OptionalInt.empty(),
        Trace.start(),
        Deadline.NONE);
  }

  /** The same request with a system message before all others. */
  public ChatRequest system(String text) {
    var all = new ArrayList<ChatMessage>();
    all.add(new ChatMessage(ChatMessage.Role.SYSTEM, text));
    all.addAll(messages);
    return new ChatRequest(all, temperature, maxTokens, trace, deadline);
  }

  /** The same request at {@code temperature}, in [0, 2]. */
  public ChatRequest temperature(double temperature) {
    return new ChatRequest(messages, OptionalDouble.of(temperature), maxTokens, trace, deadline);
  }

  /** The same request with at most {@code maxTokens} tokens of answer. */
  public ChatRequest maxTokens(int maxTokens) {
    return new ChatRequest(messages, temperature, OptionalInt.of(maxTokens), trace, deadline);
  }

  /**
   * The same request within {@code trace} and {@code deadline}; a turn's context does this by
   * itself.
   */
  public ChatRequest within(Trace trace, Deadline deadline) {
    return new ChatRequest(messages, temperature, maxTokens, trace, deadline);
  }
}
