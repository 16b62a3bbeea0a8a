package dev.mama.llm;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatMessage;
import dev.mama.ChatMessage.Role;
import dev.mama.ChatRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts conversations to fit a model's context.
 *
 * <p><b>The rule.</b> The answer's room is set aside first. System messages, tools and the last
 * message always stay. Of the others the newest stay, as many as fit without a gap; the oldest go.
 * A call of tools and its results stay or go together. No message is ever shortened: where what
 * must stay does not fit, the request is refused with the numbers.
 *
 * <p>Immutable.
 *
 * @param contextTokens what the model takes, prompt and answer together
 * @param answerTokens set aside for the answer of a request that does not say {@code maxTokens}
 * @param counter counts the tokens of a text
 */
public record PromptBudget(int contextTokens, int answerTokens, TokenCounter counter) {

  /** What the frame of a message takes, with most chat templates. */
  private static final int PER_MESSAGE = 4;

  /**
   * @throws IllegalArgumentException if the answer leaves no room for a prompt
   */
  public PromptBudget {
    if (answerTokens < 0 || answerTokens >= contextTokens) {
      throw new IllegalArgumentException(
          "answerTokens %d must be in [0, contextTokens = %d)"
              .formatted(answerTokens, contextTokens));
    }
  }

  /** Counted by {@link TokenCounter#estimate}. */
  public static PromptBudget of(int contextTokens, int answerTokens) {
    return new PromptBudget(contextTokens, answerTokens, TokenCounter.estimate());
  }

  /**
   * {@code request} with the messages that fit.
   *
   * @throws ChatException of reason REFUSED if what must stay does not fit
   */
  public ChatRequest fit(ChatRequest request) {
    int room = contextTokens - request.maxTokens().orElse(answerTokens);
    List<List<ChatMessage>> units = units(request.messages());
    int used = tools(request) + PER_MESSAGE;
    for (ChatMessage message : request.messages()) {
      used += message.role() == Role.SYSTEM ? tokens(message) : 0;
    }
    int kept = units.size();
    for (int i = units.size() - 1; i >= 0; i--) {
      int tokens = units.get(i).stream().mapToInt(this::tokens).sum();
      if (used + tokens > room && i < units.size() - 1) {
        break;
      }
      used += tokens;
      kept = i;
    }
    if (used > room) {
      throw new ChatException(
          "the system messages, tools and last message take %d tokens, and %d of the model's %d are left beside the answer; shorten them or take a model with a larger context"
              .formatted(used, Math.max(0, room), contextTokens),
          Reason.REFUSED);
    }
    if (kept == 0) {
      return request;
    }
    int gone = units.subList(0, kept).stream().mapToInt(List::size).sum();
    var messages = new ArrayList<ChatMessage>();
    for (ChatMessage message : request.messages()) {
      if (message.role() == Role.SYSTEM || --gone < 0) {
        messages.add(message);
      }
    }
    return request.messages(messages);
  }

  /** The tokens of a whole prompt, at least 1. */
  int count(ChatRequest request) {
    return PER_MESSAGE + tools(request) + request.messages().stream().mapToInt(this::tokens).sum();
  }

  /** All but system messages, a result together with what it belongs to. */
  private static List<List<ChatMessage>> units(List<ChatMessage> messages) {
    var units = new ArrayList<List<ChatMessage>>();
    for (ChatMessage message : messages) {
      if (message.role() == Role.TOOL && !units.isEmpty()) {
        units.getLast().add(message);
      } else if (message.role() != Role.SYSTEM) {
        units.add(new ArrayList<>(List.of(message)));
      }
    }
    return units;
  }

  private int tokens(ChatMessage message) {
    int tokens = PER_MESSAGE + counter.count(message.content());
    for (var call : message.toolCalls()) {
      tokens += PER_MESSAGE + counter.count(call.name()) + counter.count(call.arguments());
    }
    return tokens;
  }

  private int tools(ChatRequest request) {
    return request.tools().stream()
        .mapToInt(
            tool -> PER_MESSAGE + counter.count(tool.name() + tool.description() + tool.schema()))
        .sum();
  }
}
