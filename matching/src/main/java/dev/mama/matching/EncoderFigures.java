package dev.mama.matching;

/**
 * What an encoder has done since it was opened.
 *
 * <p>Immutable.
 *
 * @param texts how many it encoded
 * @param tokens how many tokens they had, padding not counted
 * @param batches in how many calls of the model
 * @param truncated how many of them were longer than the model's limit, and lost their end
 * @param tokenizeNanos time its threads spent cutting texts into tokens
 * @param runNanos time its threads spent in the model and in pooling
 */
public record EncoderFigures(
    long texts, long tokens, long batches, long truncated, long tokenizeNanos, long runNanos) {}
