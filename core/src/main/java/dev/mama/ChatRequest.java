package dev.mama;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Pattern;

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
 * @param priority who goes first, and who is left out first, when not all can be served
 * @param caller on whose behalf, for fairness and budgets; empty outside a turn
 * @param idempotencyKey sent along as {@code Idempotency-Key}, the same with every attempt; 1 to
 *     255 visible ASCII characters, or empty for one that is made up
 */
public record ChatRequest(
    List<ChatMessage> messages,
    OptionalDouble temperature,
    OptionalInt maxTokens,
    Trace trace,
    Deadline deadline,
    Priority priority,
    Optional<Caller> caller,
    Optional<String> idempotencyKey) {

  private static final Pattern KEY = Pattern.compile("[!-~]{1,255}");

  /** How much depends on the answer; the most important first. */
  public enum Priority {
    CRITICAL,
    NORMAL,
    OPTIONAL
  }

  /**
   * Who asks.
   *
   * <p>Immutable.
   *
   * @param group the name of the agent's group
   */
  public record Caller(ExperimentId experiment, String group, AgentId agent) {}

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
    if (idempotencyKey.isPresent() && !KEY.matcher(idempotencyKey.get()).matches()) {
      throw new IllegalArgumentException(
          "idempotency key '%s' must be 1 to 255 visible ASCII characters"
              .formatted(idempotencyKey.get()));
    }
  }

  /**
   * A request of one user message, with the model's defaults, a trace of its own, no deadline and
   * normal priority.
   */
  public static ChatRequest of(String text) {
    return of(List.of(new ChatMessage(ChatMessage.Role.USER, text)));
  }

  /**
   * The same with a whole conversation.
   *
   * @throws IllegalArgumentException if {@code messages} is empty
   */
  public static ChatRequest of(List<ChatMessage> messages) {
    return new ChatRequest(
        messages,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        Trace.start(),
        Deadline.NONE,
        Priority.NORMAL,
        Optional.empty(),
        Optional.empty());
  }

  /** The same request with a system message before all others. */
  public ChatRequest system(String text) {
    var all = new ArrayList<ChatMessage>();
    all.add(new ChatMessage(ChatMessage.Role.SYSTEM, text));
    all.addAll(messages);
    return new ChatRequest(
        all, temperature, maxTokens, trace, deadline, priority, caller, idempotencyKey);
  }

  /** The same request at {@code value}, in [0, 2]. */
  public ChatRequest temperature(double value) {
    return new ChatRequest(
        messages,
        OptionalDouble.of(value),
        maxTokens,
        trace,
        deadline,
        priority,
        caller,
        idempotencyKey);
  }

  /** The same request with at most {@code tokens} tokens of answer. */
  public ChatRequest maxTokens(int tokens) {
    return new ChatRequest(
        messages,
        temperature,
        OptionalInt.of(tokens),
        trace,
        deadline,
        priority,
        caller,
        idempotencyKey);
  }

  /**
   * The same request within {@code trace} and {@code deadline}; a turn's context does this by
   * itself.
   */
  public ChatRequest within(Trace trace, Deadline deadline) {
    return new ChatRequest(
        messages, temperature, maxTokens, trace, deadline, priority, caller, idempotencyKey);
  }

  /** The same request with {@code priority}. */
  public ChatRequest priority(Priority priority) {
    return new ChatRequest(
        messages, temperature, maxTokens, trace, deadline, priority, caller, idempotencyKey);
  }

  /** The same request on behalf of {@code caller}; a turn's context does this by itself. */
  public ChatRequest by(Caller caller) {
    return new ChatRequest(
        messages,
        temperature,
        maxTokens,
        trace,
        deadline,
        priority,
        Optional.of(caller),
        idempotencyKey);
  }

  /** The same request under {@code key}, so that a server may see that two are one. */
  public ChatRequest idempotencyKey(String key) {
    return new ChatRequest(
        messages, temperature, maxTokens, trace, deadline, priority, caller, Optional.of(key));
  }
}
