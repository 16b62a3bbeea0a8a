package dev.mama.runtime;

import dev.mama.journal.Grade;
import java.nio.file.Path;

/**
 * Where a group keeps its durable agents, and how safely.
 *
 * <p>Immutable.
 *
 * @param folder a folder of its own, made where there is none; one group has it open at a time
 * @param grade what an accepted message and a committed turn survive: {@link Grade#MEMORY} what
 *     ends in good order, {@link Grade#JOURNALLED} kill -9, {@link Grade#SYNCED} a power failure.
 *     In MEMORY nothing waits for the disk; what a kill leaves is whole, but some moments old
 * @param loadedAgents so many agents are in memory at once, besides those with messages; the others
 *     are read again for their next message; 1 to 10,000,000
 */
public record Durability(Path folder, Grade grade, int loadedAgents) {

  private static final int MOST_LOADED = 10_000_000;

  /**
   * @throws IllegalArgumentException if {@code loadedAgents} is out of its range
   */
  public Durability {
    if (loadedAgents < 1 || loadedAgents > MOST_LOADED) {
      throw new IllegalArgumentException(
          "loadedAgents %d must be 1 to %,d".formatted(loadedAgents, MOST_LOADED));
    }
  }

  /** In {@code folder}, {@link Grade#JOURNALLED}, with 10,000 agents in memory. */
  public static Durability in(Path folder) {
    return new Durability(folder, Grade.JOURNALLED, 10_000);
  }

  /** The same in another grade. */
  public Durability grade(Grade other) {
    return new Durability(folder, other, loadedAgents);
  }

  /** The same with so many agents in memory. */
  public Durability loadedAgents(int agents) {
    return new Durability(folder, grade, agents);
  }
}
