package dev.mama.llm;

/**
 * How many tokens and how much money may be spent, each with a soft and a hard limit.
 *
 * <p>Past a soft limit calls of priority OPTIONAL are refused; past a hard one all are. The unit of
 * money is that of {@link LlmTerms}.
 *
 * <p>Immutable.
 *
 * @param softTokens at least 0, at most {@code hardTokens}
 * @param hardTokens {@link Long#MAX_VALUE} where there is no limit
 * @param softMoney at least 0, at most {@code hardMoney}
 * @param hardMoney infinite where there is no limit
 */
public record LlmBudget(long softTokens, long hardTokens, double softMoney, double hardMoney) {

  /** Of whom a budget is. */
  public enum Scope {
    EXPERIMENT,
    GROUP,
    AGENT
  }

  /**
   * @throws IllegalArgumentException if a soft limit is negative or above the hard one
   */
  public LlmBudget {
    if (softTokens < 0 || softTokens > hardTokens) {
      throw new IllegalArgumentException(
          "softTokens %d must be in [0, hardTokens = %d]".formatted(softTokens, hardTokens));
    }
    if (!(softMoney >= 0 && softMoney <= hardMoney)) {
      throw new IllegalArgumentException(
          "softMoney %s must be in [0, hardMoney = %s]".formatted(softMoney, hardMoney));
    }
  }

  /** A budget of tokens, prompts and answers together. */
  public static LlmBudget tokens(long soft, long hard) {
    return new LlmBudget(soft, hard, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  /** A budget of money. */
  public static LlmBudget money(double soft, double hard) {
    return new LlmBudget(Long.MAX_VALUE, Long.MAX_VALUE, soft, hard);
  }

  /** The same budget, and so much money. */
  public LlmBudget withMoney(double soft, double hard) {
    return new LlmBudget(softTokens, hardTokens, soft, hard);
  }
}
