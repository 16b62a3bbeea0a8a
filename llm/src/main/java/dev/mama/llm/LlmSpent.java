package dev.mama.llm;

/**
 * What was spent.
 *
 * <p>Immutable.
 *
 * @param tokens of prompts and answers together
 * @param money in the unit of {@link LlmTerms}
 */
public record LlmSpent(long tokens, double money) {}
