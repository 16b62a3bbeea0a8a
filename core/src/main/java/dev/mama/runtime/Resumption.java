package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.runtime.Recovered.Found;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Takes up what an earlier run has left: first every agent with what waits for it, then their
 * turns, so that nothing new comes before what is old.
 */
final class Resumption {

  private final Recovered left;
  private final Map<String, AgentType> types;
  private final Durables durables;
  private final Turns turns;
  private final Outstanding outstanding;
  private final GroupOptions options;
  private final Map<AgentId, DurableCell> cells = new HashMap<>();
  private final List<DurableCell> busy = new ArrayList<>();

  Resumption(
      Recovered left,
      Map<String, AgentType> types,
      Durables durables,
      Turns turns,
      Outstanding outstanding,
      GroupOptions options) {
    this.left = left;
    this.types = types;
    this.durables = durables;
    this.turns = turns;
    this.outstanding = outstanding;
    this.options = options;
  }

  /**
   * The agents, members of their topics again.
   *
   * @throws IllegalStateException if an agent's type is not defined, or has no state
   * @throws dev.mama.TransportException if the transport refuses a topic
   */
  List<DurableCell> cells() throws InterruptedException {
    make();
    for (DurableCell cell : cells.values()) {
      for (String topic : cell.topics()) {
        turns.topics().join(topic, cell, null);
      }
    }
    return List.copyOf(cells.values());
  }

  /** The agents are not resumed after all, for the transport has refused them. */
  void giveUp() {
    for (DurableCell cell : cells.values()) {
      if (!cell.topics().isEmpty()) {
        turns.topics().leaveAll(cell);
      }
    }
  }

  private void make() {
    var unknown = new TreeSet<String>();
    for (Found found : left.agents.values()) {
      AgentType type = types.get(found.type);
      if (type == null || type.state() == null) {
        unknown.add(found.type);
      }
    }
    if (!unknown.isEmpty()) {
      throw new IllegalStateException(
          "agents of types %s were kept, and these are not defined as durable; define them before resume()"
              .formatted(unknown));
    }
    var letters = new HashMap<AgentId, List<Letter>>();
    left.messages.forEach((place, message) ->
        letters
            .computeIfAbsent(message.to(), agent -> new ArrayList<>(1))
            .add(Letter.kept(message, place, options.time())));
    var unreleased = new HashMap<AgentId, Map<Long, Entry.Committed>>();
    left.unreleased.forEach((record, turn) ->
        unreleased
            .computeIfAbsent(turn.saved().agent(), agent -> new LinkedHashMap<>())
            .put(record, turn));
    left.agents.forEach((id, found) -> {
      AgentType type = types.get(found.type);
      if (type != null) {
        cells.put(
            id,
            cell(
                id,
                type,
                found,
                letters.getOrDefault(id, List.of()),
                unreleased.getOrDefault(id, Map.of())));
      }
    });
  }

  private DurableCell cell(
      AgentId id,
      AgentType type,
      Found found,
      List<Letter> letters,
      Map<Long, Entry.Committed> unreleased) {
    var cell = new DurableCell(id, type, turns, durables);
    Commit commit = unreleased.isEmpty() ? null : earlier(cell, found, unreleased);
    cell.beginAs(found, commit);
    var waiting = new ArrayList<>(letters);
    if (commit != null
        || !found.topics.isEmpty()) { // which may bring messages before all are known
      waiting.addFirst(new Letter.Leave()); // makes the cell busy, and does nothing else
    }
    cell.beginWith(waiting);
    if (cell.size() > 0) {
      busy.add(cell);
    }
    return cell;
  }

  /** What is left to do of turns that were written and perhaps not let out. */
  private static Commit earlier(
      DurableCell cell, Found found, Map<Long, Entry.Committed> unreleased) {
    List<Effect.Kept> leaving =
        unreleased.values().stream()
            .flatMap(turn -> turn.effects().stream())
            .filter(Commit::leaves)
            .toList();
    var saved = new Entry.Saved(cell.id, cell.type(), found.turn, null, List.of(), List.of());
    var commit = new Commit(cell, saved, leaving, List.of(), null);
    commit.earlier.addAll(unreleased.keySet());
    commit.settled = true;
    return commit;
  }

  /** Lets the agents run; all of them can be reached by now. */
  Resumed begin() {
    durables.answers().take(left.answers);
    left.timers.forEach((place, later) -> {
      DurableCell cell = cells.get(later.message().to());
      if (cell != null) {
        durables.timers().start(cell, later, place, null);
      }
    });
    left.messages.forEach((place, message) -> outstanding.add(null));
    busy.forEach(durables::enqueue);
    return new Resumed(
        cells.size(),
        left.turns(),
        left.messages.size(),
        left.timers.size(),
        left.answers.values().stream().mapToInt(List::size).sum(),
        left.took);
  }
}
