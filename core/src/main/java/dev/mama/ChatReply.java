package dev.mama;

import java.time.Duration;
import java.util.List;

/**
 * What a chat model answered, and what served it.
 *
 * <p>Immutable.
 *
 * @param text the answer; may be empty where tools are called
 * @param toolCalls the tools the model wants to be called before it goes on
 * @param finish why the answer ends where it does
 * @param model the model's name as the server gave it
 * @param promptTokens tokens of the request as the server counted them, 0 if it did not say
 * @param completionTokens tokens of the answer as the server counted them, 0 if it did not say
 * @param queued time spent before the request was sent for the last time: waiting for its turn, for
 *     a connection, and between attempts
 * @param onWire time from sending the request to the whole answer, of the attempt that succeeded
 * @param firstToken time from sending the request to the first token of a streamed answer; as long
 *     as {@code onWire} where the answer came whole
 * @param source where the answer comes from
 * @param attempts how often a server was asked for this answer, over all models; 0 if it is not
 *     {@link Source#MODEL}
 * @param passedOver one line for each model that was to be asked before this one and did not
 *     answer, with the reason; empty if the first one answered
 */
public record ChatReply(
    String text,
    List<ChatTool.Call> toolCalls,
    Finish finish,
    String model,
    int promptTokens,
    int completionTokens,
    Duration queued,
    Duration onWire,
    Duration firstToken,
    Source source,
    int attempts,
    List<String> passedOver) {

  /** Where an answer comes from. */
  public enum Source {
    /** A model was asked for this request. */
    MODEL,
    /** The same request was being answered for another caller, who shares the answer. */
    SHARED,
    /** The same request was answered before. */
    CACHE,
    /** It was answered before, longer ago than answers are kept for; no model could be asked. */
    STALE
  }

  /** Why an answer ends. */
  public enum Finish {
    /** The model had said all, or the server did not say why. */
    STOP,
    /** The most tokens allowed were reached; the answer is cut. */
    LENGTH,
    /** Tools shall be called first. */
    TOOLS,
    /** The server's filter left something out. */
    FILTERED
  }

  public ChatReply {
    toolCalls = List.copyOf(toolCalls);
    passedOver = List.copyOf(passedOver);
  }

  /** A whole answer in text, of the first model at the first attempt. */
  public ChatReply(
      String text,
      String model,
      int promptTokens,
      int completionTokens,
      Duration queued,
      Duration onWire) {
    this(
        text,
        List.of(),
        Finish.STOP,
        model,
        promptTokens,
        completionTokens,
        queued,
        onWire,
        onWire,
        Source.MODEL,
        1,
        List.of());
  }

  /** All tokens the server counted. */
  public int tokens() {
    return promptTokens + completionTokens;
  }

  /** The answer as the next message of its conversation. */
  public ChatMessage message() {
    return ChatMessage.assistant(text, toolCalls);
  }

  /** The same reply with what a later stage knows better. */
  public ChatReply servedBy(Source source, int attempts, Duration queued, List<String> passedOver) {
    return new ChatReply(
        text,
        toolCalls,
        finish,
        model,
        promptTokens,
        completionTokens,
        queued,
        onWire,
        firstToken,
        source,
        attempts,
        passedOver);
  }
}
