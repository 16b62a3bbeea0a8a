package dev.mama;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What a chat model is asked.
 *
 * <p>Immutable.
 *
 * @param messages the conversation, oldest first; at least one
 * @param temperature in [0, 2], or empty for the model's default
 * @param maxTokens upper bound of the answer's length, or empty for the model's default
 * @param tools what the model may ask its caller to do; no two of one name
 * @param toolChoice whether it may, must or must not; of no meaning without tools
 * @param format what form the answer shall have
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
    List<ChatTool> tools,
    ChatTool.Choice toolChoice,
    ChatFormat format,
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
   * @throws IllegalArgumentException if there is no message, an option is out of its range, or a
   *     tool is chosen that is not offered
   */
  public ChatRequest {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
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
    var names = new HashSet<String>();
    for (ChatTool tool : tools) {
      if (!names.add(tool.name())) {
        throw new IllegalArgumentException(
            "two tools are named '%s'; rename one".formatted(tool.name()));
      }
    }
    if (toolChoice instanceof ChatTool.Choice.Named(String name) && !names.contains(name)) {
      throw new IllegalArgumentException(
          "the tool '%s' is chosen and not offered; there are %s".formatted(name, names));
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
    return of(List.of(ChatMessage.user(text)));
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
        List.of(),
        ChatTool.Choice.AUTO,
        ChatFormat.TEXT,
        Trace.start(),
        Deadline.NONE,
        Priority.NORMAL,
        Optional.empty(),
        Optional.empty());
  }

  /** The same request with another conversation. */
  public ChatRequest messages(List<ChatMessage> others) {
    return with(draft -> draft.messages = others);
  }

  /** The same request with a system message before all others. */
  public ChatRequest system(String text) {
    var all = new ArrayList<ChatMessage>();
    all.add(ChatMessage.system(text));
    all.addAll(messages);
    return messages(all);
  }

  /** The same request at {@code value}, in [0, 2]. */
  public ChatRequest temperature(double value) {
    return with(draft -> draft.temperature = OptionalDouble.of(value));
  }

  /** The same request with at most {@code tokens} tokens of answer. */
  public ChatRequest maxTokens(int tokens) {
    return with(draft -> draft.maxTokens = OptionalInt.of(tokens));
  }

  /** The same request with {@code tools} on offer, instead of those before. */
  public ChatRequest tools(List<ChatTool> tools) {
    return with(draft -> draft.tools = tools);
  }

  /** The same request with this said of its tools. */
  public ChatRequest toolChoice(ChatTool.Choice choice) {
    return with(draft -> draft.toolChoice = choice);
  }

  /** The same request for an answer in {@code format}. */
  public ChatRequest format(ChatFormat format) {
    return with(draft -> draft.format = format);
  }

  /**
   * The same request within {@code trace} and {@code deadline}; a turn's context does this by
   * itself.
   */
  public ChatRequest within(Trace trace, Deadline deadline) {
    return with(draft -> {
      draft.trace = trace;
      draft.deadline = deadline;
    });
  }

  /** The same request with {@code priority}. */
  public ChatRequest priority(Priority priority) {
    return with(draft -> draft.priority = priority);
  }

  /** The same request on behalf of {@code caller}; a turn's context does this by itself. */
  public ChatRequest by(Caller caller) {
    return with(draft -> draft.caller = Optional.of(caller));
  }

  /** The same request under {@code key}, so that a server may see that two are one. */
  public ChatRequest idempotencyKey(String key) {
    return with(draft -> draft.idempotencyKey = Optional.of(key));
  }

  private ChatRequest with(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.request();
  }

  /** A request whose parts can be replaced. */
  private static final class Draft {
    private List<ChatMessage> messages;
    private OptionalDouble temperature;
    private OptionalInt maxTokens;
    private List<ChatTool> tools;
    private ChatTool.Choice toolChoice;
    private ChatFormat format;
    private Trace trace;
    private Deadline deadline;
    private Priority priority;
    private Optional<Caller> caller;
    private Optional<String> idempotencyKey;

    private Draft(ChatRequest from) {
      messages = from.messages;
      temperature = from.temperature;
      maxTokens = from.maxTokens;
      tools = from.tools;
      toolChoice = from.toolChoice;
      format = from.format;
      trace = from.trace;
      deadline = from.deadline;
      priority = from.priority;
      caller = from.caller;
      idempotencyKey = from.idempotencyKey;
    }

    private ChatRequest request() {
      return new ChatRequest(
          messages,
          temperature,
          maxTokens,
          tools,
          toolChoice,
          format,
          trace,
          deadline,
          priority,
          caller,
          idempotencyKey);
    }
  }
}
