package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.runtime.Entry.Position;
import dev.mama.spi.Envelope.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far a durable agent has come with each sender of other processes: what it has handled never
 * comes again, however often it is delivered. Of each sender its last two starts are known.
 *
 * <p>Thread-safe.
 */
final class Positions {

  private static final int STARTS = 2;

  private final Map<AgentId, List<Sequence>> handled = new HashMap<>(0); // by the monitor

  /** {@code position} was handled, and all before it. */
  synchronized void moved(Position position) {
    List<Sequence> starts =
        handled.computeIfAbsent(position.sender(), sender -> new ArrayList<>(1));
    Sequence now = position.sequence();
    for (int i = 0; i < starts.size(); i++) {
      if (starts.get(i).incarnation() == now.incarnation()) {
        if (starts.get(i).number() < now.number()) {
          starts.set(i, now);
        }
        return;
      }
    }
    starts.add(now);
    if (starts.size() > STARTS) {
      starts.removeFirst();
    }
  }

  /** The highest number of that start that was handled; 0 if none was. */
  synchronized long of(AgentId sender, long incarnation) {
    return handled.getOrDefault(sender, List.of()).stream()
        .filter(start -> start.incarnation() == incarnation)
        .mapToLong(Sequence::number)
        .findFirst()
        .orElse(0);
  }

  synchronized List<Position> all() {
    return handled.entrySet().stream()
        .flatMap(each -> each.getValue().stream().map(last -> new Position(each.getKey(), last)))
        .toList();
  }

  synchronized boolean isEmpty() {
    return handled.isEmpty();
  }
}
