package dev.mama.memory;

import java.time.Duration;

/**
 * How much is remembered, and for how long it counts.
 *
 * <p>Immutable.
 *
 * @param maxItems the most items of all agents together, at least 1; one more takes the oldest
 * @param maxItemsPerAgent the most items of one agent, at least 1; one more takes its oldest
 * @param maxTextCharacters the longest text
 * @param halfLife after so long an item counts half; {@link #FOREVER} for no decay
 */
public record MemoryOptions(
    int maxItems, int maxItemsPerAgent, int maxTextCharacters, Duration halfLife) {

  /** Age makes no difference. */
  public static final Duration FOREVER = Duration.ofMillis(Long.MAX_VALUE);

  /**
   * @throws IllegalArgumentException if a value is not positive
   */
  public MemoryOptions {
    if (maxItems < 1 || maxItemsPerAgent < 1 || maxTextCharacters < 1) {
      throw new IllegalArgumentException(
          "maxItems %d, maxItemsPerAgent %d and maxTextCharacters %d must each be at least 1"
              .formatted(maxItems, maxItemsPerAgent, maxTextCharacters));
    }
    if (!halfLife.isPositive()) {
      throw new IllegalArgumentException(
          "halfLife is %s; it must be positive, or FOREVER for no decay".formatted(halfLife));
    }
  }

  /** A million items, 10,000 per agent, of 10,000 characters, with a half-life of a week. */
  public static MemoryOptions defaults() {
    return new MemoryOptions(1_000_000, 10_000, 10_000, Duration.ofDays(7));
  }

  /** These options with other numbers of items. */
  public MemoryOptions maxItems(int all, int perAgent) {
    return new MemoryOptions(all, perAgent, maxTextCharacters, halfLife);
  }

  /** These options with another half-life. */
  public MemoryOptions halfLife(Duration time) {
    return new MemoryOptions(maxItems, maxItemsPerAgent, maxTextCharacters, time);
  }
}
