package dev.mama.matching;

/**
 * Whether a text that is alone is read faster on one core or on several, as seen lately. Several
 * are faster while they have nothing else to do; on busy ones each waits for the others after every
 * operator.
 *
 * <p>A bandit of two arms whose means forget (Sutton and Barto, Reinforcement Learning, 2018,
 * section 2.5). Now and then both are tried anew, several times in a row: the first text after a
 * while of the other way finds its threads asleep and its weights in no cache, and says little.
 *
 * <p>Not thread-safe.
 */
final class LoneTextPace {

  /** Texts of a cycle: some on several cores, some on one, and the rest the faster way. */
  static final int CYCLE = 256;

  static final int TRIES = 8;

  private static final int ONE = 0;
  private static final int SEVERAL = 1;
  private static final double FORGET = 0.2;

  /** What a text costs besides its own tokens, in tokens. */
  private static final int TOKENS_BESIDES = 8;

  /** Nanoseconds per token; NaN before the first. */
  private final double[] pace = {Double.NaN, Double.NaN};

  private int texts;

  /** Whether the next text should be read on several cores. */
  boolean favoursSeveral() {
    int place = texts;
    texts = (texts + 1) % CYCLE;
    if (place % TRIES == 1 && place < 2 * TRIES) {
      pace[place < TRIES ? SEVERAL : ONE] = Double.NaN; // of the tries the first does not count
    }
    return place < TRIES || (place >= 2 * TRIES && pace[SEVERAL] < pace[ONE]);
  }

  /** Takes note of how long a text of so many tokens took. */
  void took(boolean several, int tokens, long nanos) {
    int arm = several ? SEVERAL : ONE;
    double now = (double) nanos / (tokens + TOKENS_BESIDES);
    pace[arm] = Double.isNaN(pace[arm]) ? now : pace[arm] + FORGET * (now - pace[arm]);
  }
}
