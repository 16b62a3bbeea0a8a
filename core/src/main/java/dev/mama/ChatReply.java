package dev.mama;

import java.time.Duration;
import java.util.List;

/**
 * What a chat model answered, and what served it.
 *
 * <p>Immutable.
 *
 * @param text the answer
 * @param model the model's name as the server gave it
 * @param promptTokens tokens of the request as the server counted them, 0 if it did not say
 * @param completionTokens tokens of the answer as the server counted them, 0 if it did not say
 * @param queued time spent before the request was sent for the last time: waiting for its turn, for
 *     a connection, and between attempts
 * @param onWire time from sending the request to the whole answer, of the attempt that succeeded
 * @param source where the answer comes from
 * @param attempts how often a server was asked for this answer, over all models; 0 if it is not
 *     {@link Source#MODEL}
 * @param passedOver one line for each model that was to be asked before this one and did not
 *     answer, with the reason; empty if the first one answered
 */
public record ChatReply(
    String text,
    String model,
    int promptTokens,
    int completionTokens,
    Duration queued,
    Duration onWire,
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
    CACHE
  }

  public ChatReply {
    passedOver = List.copyOf(passedOver);
  }

  /** An answer of the first model at the first attempt. */
  public ChatReply(
      String text,
      String model,
      int promptTokens,
      int completionTokens,
      Duration queued,
      Duration onWire) {
    this(text, model, promptTokens, completionTokens, queued, onWire, Source.MODEL, 1, List.of());
  }

  /** All tokens the server counted. */
  public int tokens() {
    return promptTokens + completionTokens;
  }
}
