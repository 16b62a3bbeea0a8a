package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.Message;
import dev.mama.runtime.Letter.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What the journal says there is: agents, messages that wait, and what has not left yet.
 *
 * <p>Not thread-safe.
 */
final class Recovered {

  /** An agent, as its last turn left it. */
  static final class Found {
    String type = "";
    long record;
    long turn = -1;
    final Positions positions = new Positions();
    List<String> topics = List.of();
  }

  /** An answer of a model, and where it stands. */
  record Answer(long record, Answers.Call call) {}

  final Map<AgentId, Found> agents = new HashMap<>();

  /** In the order accepted. */
  final Map<Place, Message> messages = new LinkedHashMap<>();

  final Map<Place, Effect.Later> timers = new LinkedHashMap<>();
  final Map<Long, Entry.Committed> unreleased = new LinkedHashMap<>();
  final Map<UUID, List<Answer>> answers = new HashMap<>();
  private final Map<String, String> types = new HashMap<>();
  private boolean empty = true;

  /** How long it took to read. */
  Duration took = Duration.ZERO;

  /** Takes what stands in the journal, in order. */
  void take(long record, Entry entry) {
    empty = false;
    switch (entry) {
      case Entry.Head head -> {}
      case Entry.Saved saved -> take(record, saved);
      case Entry.Committed turn -> {
        take(record, turn.saved());
        if (turn.handled() != null) {
          messages.remove(turn.handled());
          timers.remove(turn.handled());
        }
        for (int i = 0; i < turn.effects().size(); i++) {
          switch (turn.effects().get(i)) {
            case Effect.Deliver deliver -> messages.put(new Place(record, i), deliver.message());
            case Effect.Later later -> timers.put(new Place(record, i), later);
            case Effect.Wire wire -> unreleased.put(record, turn);
            case Effect.Row row -> unreleased.put(record, turn);
          }
        }
      }
      case Entry.Accepted accepted -> messages.put(new Place(record, 0), accepted.message());
      case Entry.Moved moved -> {
        timers.remove(moved.before());
        timers.put(new Place(record, 0), moved.later());
      }
      case Entry.TakenBack back -> timers.remove(back.place());
      case Entry.Answered answered ->
          answers
              .computeIfAbsent(answered.message(), message -> new ArrayList<>(1))
              .add(new Answer(record, answered.call()));
      case Entry.Released released -> unreleased.remove(released.record());
      case Entry.Stopped stopped -> {
        agents.remove(stopped.agent());
        messages.values().removeIf(message -> message.to().equals(stopped.agent()));
        timers.values().removeIf(later -> later.message().to().equals(stopped.agent()));
      }
    }
  }

  private void take(long record, Entry.Saved saved) {
    Found found = agents.computeIfAbsent(saved.agent(), agent -> new Found());
    saved.positions().forEach(found.positions::moved);
    if (saved.turn() >= found.turn) { // an older one was only copied
      found.type = types.computeIfAbsent(saved.type(), type -> type);
      found.record = record;
      found.turn = saved.turn();
      found.topics = saved.topics();
    }
  }

  /** Forgets what nobody is there for. */
  void end() {
    messages.values().removeIf(message -> !agents.containsKey(message.to()));
    timers.values().removeIf(later -> !agents.containsKey(later.message().to()));
    unreleased.values().removeIf(turn -> !agents.containsKey(turn.saved().agent()));
    var open = new HashSet<UUID>();
    messages.values().forEach(message -> open.add(message.id()));
    timers.values().forEach(later -> open.add(later.message().id()));
    answers.keySet().retainAll(open);
  }

  /** Has the journal keep all that it will be asked for; once, however often it is resumed. */
  void hold(Holds holds) {
    messages.keySet().forEach(place -> holds.hold(place.record()));
    timers.keySet().forEach(place -> holds.hold(place.record()));
    unreleased.keySet().forEach(holds::hold);
    answers.values().forEach(of -> of.forEach(answer -> holds.hold(answer.record())));
  }

  /** Whether the journal was empty. */
  boolean isEmpty() {
    return empty;
  }

  long turns() {
    return agents.values().stream().mapToLong(found -> found.turn).sum();
  }
}
