package dev.mama.memory;

import dev.mama.ChatMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The latest messages of one conversation, within limits, and a summary of those before.
 *
 * <p>Confined to whoever holds its session's lock.
 */
final class Window {

  /** One message as it is kept; {@code sequence} grows over all sessions. */
  record Entry(long sequence, long atMillis, ChatMessage message, int tokens) {}

  private final WindowLimits limits;
  private final ToIntFunction<String> tokenCounter;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>(4);
  private int tokens;
  private @Nullable String summary;
  private int summaryTokens;

  Window(WindowLimits limits, ToIntFunction<String> tokenCounter) {
    this.limits = limits;
    this.tokenCounter = tokenCounter;
  }

  /** Tokens of {@code message}; refuses one that would not even fit alone. */
  static int tokens(
      ChatMessage message,
      WindowLimits limits,
      ToIntFunction<String> tokenCounter,
      String session) {
    int tokens = tokenCounter.applyAsInt(message.content());
    if (tokens < 0 || tokens > limits.tokens()) {
      throw new IllegalArgumentException(
          "message for session '%s' has %d tokens; its window holds %d: shorten it or raise the limit"
              .formatted(session, tokens, limits.tokens()));
    }
    return tokens;
  }

  void add(Entry entry) {
    entries.add(entry);
    tokens += entry.tokens();
  }

  /** The oldest messages, as many as must leave for the limits to hold; they stay for now. */
  List<Entry> surplus() {
    var surplus = new ArrayList<Entry>();
    int messages = entries.size();
    int left = tokens + summaryTokens;
    for (Entry entry : entries) {
      if ((messages <= limits.messages() && left <= limits.tokens()) || messages == 1) {
        break;
      }
      surplus.add(entry);
      messages--;
      left -= entry.tokens();
    }
    return surplus;
  }

  /** Takes the oldest {@code count} messages out, and puts {@code newSummary} in their place. */
  void replace(int count, @Nullable String newSummary) {
    for (int i = 0; i < count; i++) {
      tokens -= entries.remove().tokens();
    }
    if (newSummary != null) {
      summary = newSummary;
      summaryTokens = tokenCounter.applyAsInt(newSummary);
    }
  }

  /** The summary, where there is one, as a system message, and the messages, oldest first. */
  List<ChatMessage> messages() {
    var messages = new ArrayList<ChatMessage>(entries.size() + 1);
    if (summary != null) {
      messages.add(new ChatMessage(ChatMessage.Role.SYSTEM, summary));
    }
    entries.forEach(entry -> messages.add(entry.message()));
    return messages;
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  long lastSequence() {
    Entry last = entries.peekLast();
    return last == null ? 0 : last.sequence();
  }

  Optional<String> summary() {
    return Optional.ofNullable(summary);
  }

  int size() {
    return entries.size();
  }

  int tokens() {
    return tokens + summaryTokens;
  }
}
