package dev.mama.runtime;

import dev.mama.AgentId;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Which agents of a group are members of which topics. */
final class Topics {

  private final ConcurrentMap<String, Set<Cell>> members = new ConcurrentHashMap<>();

  /**
   * @throws IllegalArgumentException if {@code topic} is not of the form of an agent id
   */
  void join(String topic, Cell cell) {
    AgentId.of(topic); // the same rule: it is a level of a topic on the wire
    members.compute(
        topic,
        (name, cells) -> {
          Set<Cell> all = cells == null ? ConcurrentHashMap.newKeySet() : cells;
          all.add(cell);
          return all;
        });
  }

  void leave(String topic, Cell cell) {
    members.computeIfPresent(
        topic, (name, cells) -> cells.remove(cell) && cells.isEmpty() ? null : cells);
  }

  /** Ends all memberships of {@code cell}. */
  void leaveAll(Cell cell) {
    members.keySet().forEach(topic -> leave(topic, cell));
  }

  Collection<Cell> members(String topic) {
    return members.getOrDefault(topic, Set.of());
  }
}
