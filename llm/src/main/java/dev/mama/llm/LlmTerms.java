package dev.mama.llm;

import java.util.Optional;

/**
 * What a provider allows with one key and what it charges for one model.
 *
 * <p>Immutable.
 *
 * @param requestsPerMinute above 0; infinite where there is no limit
 * @param tokensPerMinute prompt and answer together, above 0; infinite where there is no limit
 * @param promptPrice of a million tokens of prompt, in whatever currency the budgets are, at least
 *     0
 * @param completionPrice of a million tokens of answer, likewise
 * @param prompt how conversations are cut to fit the model's context; empty where they are not
 */
public record LlmTerms(
    double requestsPerMinute,
    double tokensPerMinute,
    double promptPrice,
    double completionPrice,
    Optional<PromptBudget> prompt) {

  /** No limit, no price: a server of one's own. */
  public static final LlmTerms FREE =
      new LlmTerms(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 0, 0, Optional.empty());

  /**
   * @throws IllegalArgumentException if a value is out of its range
   */
  public LlmTerms {
    require(requestsPerMinute > 0, "requestsPerMinute", requestsPerMinute, "above 0");
    require(tokensPerMinute > 0, "tokensPerMinute", tokensPerMinute, "above 0");
    require(isPrice(promptPrice), "promptPrice", promptPrice, "a number of at least 0");
    require(isPrice(completionPrice), "completionPrice", completionPrice, "a number of at least 0");
  }

  /** The same terms with at most {@code requests} a minute. */
  public LlmTerms withRequestsPerMinute(double requests) {
    return new LlmTerms(requests, tokensPerMinute, promptPrice, completionPrice, prompt);
  }

  /** The same terms with at most {@code tokens} a minute. */
  public LlmTerms withTokensPerMinute(double tokens) {
    return new LlmTerms(requestsPerMinute, tokens, promptPrice, completionPrice, prompt);
  }

  /** The same terms at these prices per million tokens. */
  public LlmTerms withPrices(double promptPrice, double completionPrice) {
    return new LlmTerms(requestsPerMinute, tokensPerMinute, promptPrice, completionPrice, prompt);
  }

  /** The same terms, with conversations cut to fit {@code budget}. */
  public LlmTerms withPrompt(PromptBudget budget) {
    return new LlmTerms(
        requestsPerMinute, tokensPerMinute, promptPrice, completionPrice, Optional.of(budget));
  }

  /** What so many tokens cost. */
  public double cost(long promptTokens, long completionTokens) {
    return (promptTokens * promptPrice + completionTokens * completionPrice) / 1e6;
  }

  private static boolean isPrice(double price) {
    return price >= 0 && Double.isFinite(price);
  }

  private static void require(boolean holds, String name, double value, String range) {
    if (!holds) {
      throw new IllegalArgumentException("%s %s must be %s".formatted(name, value, range));
    }
  }
}
