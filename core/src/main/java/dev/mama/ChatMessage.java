package dev.mama;

import java.util.List;
import java.util.Optional;

/**
 * One message of a conversation with a model.
 *
 * <p>Immutable.
 *
 * @param role who says it
 * @param content what is said; may be empty where tools are called
 * @param toolCalls the tools an assistant wants to be called, empty for all other roles
 * @param toolCallId of a tool's result: which call it answers; empty for all other roles
 */
public record ChatMessage(
    Role role, String content, List<ChatTool.Call> toolCalls, Optional<String> toolCallId) {

  /** Who speaks; the names of the OpenAI chat protocol in lower case. */
  public enum Role {
    SYSTEM,
    USER,
    ASSISTANT,
    /** What came of calling a tool. */
    TOOL
  }

  /**
   * @throws IllegalArgumentException if a role other than ASSISTANT calls tools, or the id of a
   *     call is missing in a tool's result or stands elsewhere
   */
  public ChatMessage {
    toolCalls = List.copyOf(toolCalls);
    if (!toolCalls.isEmpty() && role != Role.ASSISTANT) {
      throw new IllegalArgumentException("role %s calls no tools, ASSISTANT does".formatted(role));
    }
    if (toolCallId.isPresent() != (role == Role.TOOL)) {
      throw new IllegalArgumentException(
          "a message of role %s must %shave a toolCallId"
              .formatted(role, role == Role.TOOL ? "" : "not "));
    }
  }

  /** A message that is text alone. */
  public ChatMessage(Role role, String content) {
    this(role, content, List.of(), Optional.empty());
  }

  /** What the application lays down. */
  public static ChatMessage system(String text) {
    return new ChatMessage(Role.SYSTEM, text);
  }

  /** What is asked. */
  public static ChatMessage user(String text) {
    return new ChatMessage(Role.USER, text);
  }

  /** What the model answered. */
  public static ChatMessage assistant(String text) {
    return new ChatMessage(Role.ASSISTANT, text);
  }

  /** The model's wish that tools be called, with what it said beside it. */
  public static ChatMessage assistant(String text, List<ChatTool.Call> calls) {
    return new ChatMessage(Role.ASSISTANT, text, calls, Optional.empty());
  }

  /** What came of {@code call}. */
  public static ChatMessage result(ChatTool.Call call, String text) {
    return new ChatMessage(Role.TOOL, text, List.of(), Optional.of(call.id()));
  }
}
