package dev.mama;

import java.time.Duration;

/**
 * What a chat model answered, and what served it.
 *
 * <p>Immutable.
 *
 * @param text the answer
 * @param model the model's name as the server gave it
 * @param promptTokens tokens of the request as the server counted them, 0 if it did not say
 * @param completionTokens tokens of the answer as the server counted them, 0 if it did not say
 * @param queued time spent waiting for a connection
 * @param onWire time from sending the request to the whole answer
 */
public record ChatReply(
    String text,
    String model,
    int promptTokens,
    int completionTokens,
    Duration queued,
    Duration onWire) {}
