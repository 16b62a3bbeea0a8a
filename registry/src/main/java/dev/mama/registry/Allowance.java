package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Time;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of one kind each writer may say about each subject within a window of time. What was
 * said is forgotten with its window, so it keeps one number for each pair that has been heard in
 * this one.
 *
 * <p>Thread-safe, where one writer's evidence comes one piece after another.
 */
final class Allowance {

  private final int most;
  private final Duration within;
  private final Time time;
  private final Map<String, Map<AgentId, Integer>> said = new ConcurrentHashMap<>();
  private final AtomicLong window = new AtomicLong();

  /**
   * @throws IllegalArgumentException if {@code most} is less than 1, or {@code within} not positive
   */
  Allowance(int most, Duration within, Time time) {
    if (most < 1 || !within.isPositive()) {
      throw new IllegalArgumentException(
          "%d pieces of evidence within %s; it must be at least 1 within more than nothing"
              .formatted(most, within));
    }
    this.most = most;
    this.within = within;
    this.time = time;
  }

  /** Takes one for {@code writer} about {@code subject}; false if it has had all. */
  boolean take(String writer, AgentId subject) {
    long now = time.nanos() / within.toNanos();
    if (window.getAndSet(now) != now) {
      said.clear();
    }
    Map<AgentId, Integer> its = said.computeIfAbsent(writer, first -> new ConcurrentHashMap<>());
    int before = its.getOrDefault(subject, 0);
    if (before >= most) {
      return false;
    }
    its.put(subject, before + 1);
    return true;
  }

  /** What was taken for {@code writer} was not kept after all. */
  void giveBack(String writer, AgentId subject) {
    Map<AgentId, Integer> its = said.get(writer);
    if (its != null) {
      its.computeIfPresent(subject, (same, count) -> count == 1 ? null : count - 1);
    }
  }

  @Override
  public String toString() {
    return "%,d within %s".formatted(most, within);
  }
}
