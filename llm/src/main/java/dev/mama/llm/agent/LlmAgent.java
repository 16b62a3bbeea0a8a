package dev.mama.llm.agent;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.ChatMessage;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import dev.mama.ConversationWindow;
import dev.mama.Message;
import dev.mama.Payload;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An agent that answers each message by asking the group's model, for the common case; an agent
 * with other habits implements {@link Agent} itself.
 *
 * <pre>{@code
 * group.define(AgentType.of("guide", () ->
 *     LlmAgent.builder("You know the city.")
 *         .tool("weather", "The weather of a day", Day.class, (day, context) -> forecast(day))
 *         .answer(Plan.class)
 *         .build()));
 * }</pre>
 *
 * <p><b>A turn.</b> The message's text, or its record as JSON, follows the latest exchanges with
 * the same sender. While the model calls tools they are called in this turn, one after the other,
 * and it is asked again, {@link Builder#rounds} times at most; in the last round no tool is on
 * offer. The answer is the reply: a {@link Payload.Text}, or the record of {@link Builder#answer}.
 * The message's deadline bounds all of it.
 *
 * <p><b>Errors.</b> What a model gets wrong about a tool (its name, its arguments), and what a tool
 * throws, is told to the model. Everything else fails the turn: a {@link dev.mama.ChatException},
 * an answer that does not fit ({@link StructuredOutputException}), a model that does not stop
 * calling tools ({@link ToolLoopException}). A failed turn leaves no trace in the conversation, so
 * that it can be tried again; what its tools did stays done.
 *
 * <p>Two such agents that send to each other, instead of asking, would answer each other without
 * end.
 *
 * <p>Confined to its agent's turn.
 */
public final class LlmAgent implements Agent {

  private static final int MAX_SENDERS = 100;
  private static final int MAX_CALLS = 32;

  private final String system;
  private final Map<String, LlmTool<?>> tools;
  private final List<ChatTool> offered;
  private final @Nullable StructuredOutput<? extends Record> answer;
  private final int rounds;
  private final int windowMessages;
  private final int windowChars;
  private final UnaryOperator<ChatRequest> options;
  private final Map<AgentId, ConversationWindow> conversations =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<AgentId, ConversationWindow> eldest) {
          return size() > MAX_SENDERS;
        }
      };

  /**
   * What a tool does; called in the agent's turn, so it may do all that an agent may.
   *
   * @param <I> what it takes
   */
  @FunctionalInterface
  public interface Handler<I extends Record> {

    /**
     * Calls the tool.
     *
     * @return what the model is told, as JSON
     * @throws Exception if it fails; the model is told the message
     */
    Record call(I input, AgentContext context) throws Exception;
  }

  private LlmAgent(Builder options) {
    this.system = options.system;
    this.tools = new LinkedHashMap<>(options.tools);
    this.offered = tools.values().stream().map(LlmTool::tool).toList();
    this.answer = options.answer;
    this.rounds = options.rounds;
    this.windowMessages = options.windowMessages;
    this.windowChars = options.windowChars;
    this.options = options.request;
  }

  /** Begins an agent that is told {@code system} before every conversation. */
  public static Builder builder(String system) {
    return new Builder(system);
  }

  @Override
  public void onMessage(Message message, AgentContext context) throws InterruptedException {
    ConversationWindow window =
        conversations.computeIfAbsent(
            message.from(), from -> new ConversationWindow(windowMessages, windowChars));
    var exchange = new ArrayList<ChatMessage>();
    exchange.add(ChatMessage.user(text(message.payload())));
    ChatReply reply = converse(window, exchange, context);
    Payload payload =
        answer == null
            ? Payload.text(reply.text())
            : record(answer, window, exchange, reply, context);
    context.reply(payload);
    exchange.add(ChatMessage.assistant(reply.text()));
    window.add(exchange);
  }

  /** Asks until the model has an answer; all but that is added to {@code exchange}. */
  private ChatReply converse(
      ConversationWindow window, List<ChatMessage> exchange, AgentContext context)
      throws InterruptedException {
    for (int round = 1; ; round++) {
      boolean last = round == rounds;
      ChatRequest request = request(window, exchange);
      if (!offered.isEmpty()) {
        request =
            request.tools(offered).toolChoice(last ? ChatTool.Choice.NONE : ChatTool.Choice.AUTO);
      } else if (answer != null) {
        request = request.format(answer.format());
      }
      ChatReply reply = context.chat(request);
      if (reply.toolCalls().isEmpty()) {
        return reply;
      }
      if (last) {
        throw new ToolLoopException(context.self().value(), rounds);
      }
      exchange.add(reply.message());
      int calls = 0;
      for (var call : reply.toolCalls()) {
        String result =
            ++calls > MAX_CALLS
                ? "error: more than %d calls at once; this one was not made".formatted(MAX_CALLS)
                : call(call, context);
        exchange.add(ChatMessage.result(call, result));
      }
    }
  }

  private ChatRequest request(ConversationWindow window, List<ChatMessage> exchange) {
    var messages = new ArrayList<ChatMessage>();
    messages.add(ChatMessage.system(system));
    messages.addAll(window.messages());
    messages.addAll(exchange);
    ChatRequest request = options.apply(ChatRequest.of(messages));
    return answer == null ? request : answer.instructed(request);
  }

  private String call(ChatTool.Call call, AgentContext context) throws InterruptedException {
    LlmTool<?> tool = tools.get(call.name());
    return tool == null
        ? "error: there is no tool '%s'; there are %s".formatted(call.name(), tools.keySet())
        : tool.call(call.arguments(), context);
  }

  private Payload record(
      StructuredOutput<? extends Record> wanted,
      ConversationWindow window,
      List<ChatMessage> exchange,
      ChatReply reply,
      AgentContext context)
      throws InterruptedException {
    try {
      return Payload.of(wanted.read(reply));
    } catch (StructuredOutputException e) {
      ChatRequest request = request(window, exchange);
      return Payload.of(wanted.askAgain(request, reply, e, context::chat));
    }
  }

  private static String text(Payload payload) {
    return payload.type().equals(Payload.Text.class.getSimpleName())
        ? payload.as(Payload.Text.class).text()
        : payload.type() + " " + new String(payload.json(), StandardCharsets.UTF_8);
  }

  /**
   * The options of an agent.
   *
   * <p>Confined to the thread that builds; may build several.
   */
  public static final class Builder {
    private final String system;
    private final Map<String, LlmTool<?>> tools = new LinkedHashMap<>();
    private @Nullable StructuredOutput<? extends Record> answer;
    private int rounds = 8;
    private int windowMessages = 40;
    private int windowChars = 32_000;
    private UnaryOperator<ChatRequest> request = UnaryOperator.identity();

    private Builder(String system) {
      this.system = system;
    }

    /**
     * Offers a tool.
     *
     * @param description when and for what it is of use
     * @param input what it takes; its schema comes from the record
     * @throws IllegalArgumentException if the name is not valid or taken, or the record holds
     *     something that has no JSON form
     */
    public <I extends Record> Builder tool(
        String name, String description, Class<I> input, Handler<I> handler) {
      if (tools.putIfAbsent(name, new LlmTool<>(name, description, input, handler)) != null) {
        throw new IllegalArgumentException("two tools are named '%s'; rename one".formatted(name));
      }
      return this;
    }

    /** Answers by a record instead of a text. */
    public Builder answer(Class<? extends Record> type) {
      this.answer = StructuredOutput.of(type);
      return this;
    }

    /**
     * How often the model is asked for one message at most, at least 1; 8 unless said otherwise.
     */
    public Builder rounds(int rounds) {
      if (rounds < 1) {
        throw new IllegalArgumentException("rounds %d must be at least 1".formatted(rounds));
      }
      this.rounds = rounds;
      return this;
    }

    /**
     * How much of the conversation with one sender is kept: 40 messages and 32,000 characters
     * unless said otherwise; conversations with the latest 100 senders are kept.
     *
     * @throws IllegalArgumentException if one of them is negative
     */
    public Builder window(int messages, int chars) {
      var unused = new ConversationWindow(messages, chars); // checks them
      this.windowMessages = messages;
      this.windowChars = chars;
      return this;
    }

    /** What else is asked for: temperature, longest answer, priority. */
    public Builder request(UnaryOperator<ChatRequest> options) {
      this.request = options;
      return this;
    }

    /** The agent. */
    public LlmAgent build() {
      return new LlmAgent(this);
    }
  }
}
