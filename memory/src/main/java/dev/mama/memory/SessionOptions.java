package dev.mama.memory;

import java.time.Duration;
import java.util.function.ToIntFunction;

/**
 * How conversations are kept.
 *
 * <p>Immutable.
 *
 * @param maxSessions the most sessions, at least 1; one more ends the one that was used longest ago
 * @param expireAfter a session ends when it was not used for so long
 * @param window how much of each is kept word by word
 * @param tokenCounter tokens of a text; a quarter of its characters unless told otherwise, which is
 *     a rule of thumb for English
 * @param summariser what becomes of messages that leave
 */
public record SessionOptions(
    int maxSessions,
    Duration expireAfter,
    WindowLimits window,
    ToIntFunction<String> tokenCounter,
    Summariser summariser) {

  /**
   * @throws IllegalArgumentException if {@code maxSessions} is less than 1 or {@code expireAfter}
   *     is not positive
   */
  public SessionOptions {
    if (maxSessions < 1) {
      throw new IllegalArgumentException(
          "maxSessions is %d; it must be at least 1".formatted(maxSessions));
    }
    if (!expireAfter.isPositive()) {
      throw new IllegalArgumentException(
          "expireAfter is %s; it must be positive".formatted(expireAfter));
    }
  }

  /** 100,000 sessions of 50 messages and 4,000 tokens, which end after an hour; no summaries. */
  public static SessionOptions defaults() {
    return new SessionOptions(
        100_000,
        Duration.ofHours(1),
        new WindowLimits(50, 4_000),
        text -> (text.length() + 3) / 4,
        Summariser.NONE);
  }

  /** These options with another number of sessions. */
  public SessionOptions maxSessions(int sessions) {
    return new SessionOptions(sessions, expireAfter, window, tokenCounter, summariser);
  }

  /** These options with another time to live. */
  public SessionOptions expireAfter(Duration time) {
    return new SessionOptions(maxSessions, time, window, tokenCounter, summariser);
  }

  /** These options with another window. */
  public SessionOptions window(WindowLimits limits) {
    return new SessionOptions(maxSessions, expireAfter, limits, tokenCounter, summariser);
  }

  /** These options with another way to count tokens. */
  public SessionOptions tokenCounter(ToIntFunction<String> counter) {
    return new SessionOptions(maxSessions, expireAfter, window, counter, summariser);
  }

  /** These options with summaries. */
  public SessionOptions summariser(Summariser newSummariser) {
    return new SessionOptions(maxSessions, expireAfter, window, tokenCounter, newSummariser);
  }
}
