package dev.mama.memory;

import dev.mama.AgentId;
import java.time.Instant;

/**
 * Something an agent remembers. Ordered by {@link #id}: the older comes first.
 *
 * <p>Immutable.
 *
 * @param id its number, unique in its memory and growing with time
 * @param agent who remembers it
 * @param text the words
 * @param at when it was remembered, to the millisecond
 */
public record Remembered(long id, AgentId agent, String text, Instant at)
    implements Comparable<Remembered> {

  @Override
  public int compareTo(Remembered other) {
    return Long.compare(id, other.id);
  }

  /** Two are the same if their numbers are. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Remembered that && that.id == id;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(id);
  }
}
