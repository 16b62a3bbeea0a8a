package dev.mama;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The latest part of a conversation with a model. It is made of exchanges, each what was asked with
 * all that led to its answer, which are kept or dropped as a whole: a tool's result never loses its
 * call. The newest exchange stays, whatever its length.
 *
 * <p>Confined to its agent's turn.
 */
public final class ConversationWindow {

  private final int maxMessages;
  private final int maxChars;
  private final Deque<List<ChatMessage>> exchanges = new ArrayDeque<>();
  private int messages;
  private int chars;

  /**
   * @param maxMessages the most messages that are kept, at least 0
   * @param maxChars the most characters of text, tool calls included, at least 0
   * @throws IllegalArgumentException if one of them is negative
   */
  public ConversationWindow(int maxMessages, int maxChars) {
    if (maxMessages < 0 || maxChars < 0) {
      throw new IllegalArgumentException(
          "maxMessages %d and maxChars %d must be at least 0".formatted(maxMessages, maxChars));
    }
    this.maxMessages = maxMessages;
    this.maxChars = maxChars;
  }

  /** Adds an exchange and drops the oldest ones that have no room beside it. */
  public void add(List<ChatMessage> exchange) {
    exchanges.addLast(List.copyOf(exchange));
    count(exchange, 1);
    while (exchanges.size() > 1 && (messages > maxMessages || chars > maxChars)) {
      count(exchanges.removeFirst(), -1);
    }
  }

  /** What is kept, oldest first. */
  public List<ChatMessage> messages() {
    var all = new ArrayList<ChatMessage>(messages);
    exchanges.forEach(all::addAll);
    return all;
  }

  private void count(List<ChatMessage> exchange, int sign) {
    messages += sign * exchange.size();
    for (ChatMessage message : exchange) {
      chars += sign * message.content().length();
      for (var call : message.toolCalls()) {
        chars += sign * (call.name().length() + call.arguments().length());
      }
    }
  }
}
