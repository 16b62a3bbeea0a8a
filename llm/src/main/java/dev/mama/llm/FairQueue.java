package dev.mama.llm;

import dev.mama.ChatRequest.Caller;
import dev.mama.ChatRequest.Priority;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * A bounded line that serves the more important first, and among equals each caller in turn,
 * however many calls one of them has: a caller with one call waits for one call of each other. The
 * less important do not starve: after {@value #PATIENCE} calls of more importance in a row, one of
 * theirs is served.
 *
 * <p>Where it is full, a newcomer takes the place of a less important call, or else of a call whose
 * caller has at least two more waiting; the latest call of the caller with the most goes. So nobody
 * can keep others out by filling the line.
 *
 * <p>Not thread-safe; {@link Admission} holds its lock.
 */
final class FairQueue<W> {

  /** How often in a row those of some importance are passed over for more important ones. */
  static final int PATIENCE = 32;

  private final int bound;

  /** The most important first. */
  private final List<Line<W>> lines = Stream.of(Priority.values()).map(Line<W>::new).toList();

  /** Whether a newcomer got in, and who had to go for that. */
  record Offer<W>(boolean accepted, Optional<W> displaced) {}

  FairQueue(int bound) {
    this.bound = bound;
  }

  int size() {
    int size = 0;
    for (Line<W> line : lines) {
      size += line.size;
    }
    return size;
  }

  /** An upper bound of how many are served before a further call of {@code caller} would be. */
  int ahead(Priority priority, Optional<Caller> caller) {
    int before = 0;
    for (Line<W> line : lines) {
      if (line.priority == priority) {
        int ahead = before + line.ahead(caller);
        return ahead + overtakenBy(priority, ahead);
      }
      before += line.size;
    }
    return before;
  }

  /** How many of less importance come first, for their patience is at its end. */
  private int overtakenBy(Priority than, int ahead) {
    int calls = 0;
    for (Line<W> line : lines) {
      if (line.priority.compareTo(than) > 0 && line.size > 0) {
        calls += (line.passedOver + ahead) / PATIENCE;
      }
    }
    return calls;
  }

  Offer<W> offer(Priority priority, Optional<Caller> caller, W waiter) {
    Optional<W> displaced = Optional.empty();
    if (size() >= bound) {
      displaced = makeRoom(priority, caller);
      if (displaced.isEmpty()) {
        return new Offer<>(false, displaced);
      }
    }
    line(priority).add(caller, waiter);
    return new Offer<>(true, displaced);
  }

  /** Whoever is next, or empty if nobody waits. */
  Optional<W> poll() {
    Line<W> next = null;
    for (Line<W> line : lines) {
      if (line.size == 0) {
        continue;
      }
      if (next == null || line.passedOver >= PATIENCE) {
        next = line;
      }
    }
    for (Line<W> line : lines) {
      line.passedOver = line == next || line.size == 0 ? 0 : line.passedOver + 1;
    }
    return next == null ? Optional.empty() : Optional.of(next.poll());
  }

  void remove(Priority priority, Optional<Caller> caller, W waiter) {
    line(priority).remove(caller, waiter);
  }

  private Line<W> line(Priority priority) {
    for (Line<W> line : lines) {
      if (line.priority == priority) {
        return line;
      }
    }
    throw new IllegalStateException("no line of " + priority);
  }

  private Optional<W> makeRoom(Priority newcomer, Optional<Caller> caller) {
    for (Line<W> line : lines.reversed()) {
      if (line.priority == newcomer) {
        return line.isCrowdedBesides(caller) ? line.removeOfLongest() : Optional.empty();
      }
      if (line.size > 0) {
        return line.removeOfLongest();
      }
    }
    return Optional.empty();
  }

  /** Those of one priority: each caller's calls in their order, the caller whose turn is first. */
  private static final class Line<W> {
    private final Priority priority;
    private final SequencedMap<Optional<Caller>, Deque<W>> byCaller = new LinkedHashMap<>();
    private int size;

    /** How often in a row others were served while somebody waited here. */
    private int passedOver;

    Line(Priority priority) {
      this.priority = priority;
    }

    int ahead(Optional<Caller> caller) {
      return (int) Math.min(size, (of(caller) + 1L) * byCaller.size());
    }

    void add(Optional<Caller> caller, W waiter) {
      byCaller.computeIfAbsent(caller, key -> new ArrayDeque<>(1)).addLast(waiter);
      size++;
    }

    W poll() {
      var first = byCaller.pollFirstEntry();
      W next = first.getValue().removeFirst();
      size--;
      if (!first.getValue().isEmpty()) {
        byCaller.putLast(first.getKey(), first.getValue());
      }
      return next;
    }

    void remove(Optional<Caller> caller, W waiter) {
      Deque<W> own = byCaller.get(caller);
      if (own != null && own.remove(waiter)) {
        size--;
        if (own.isEmpty()) {
          byCaller.remove(caller);
        }
      }
    }

    /** Whether some other caller has at least two calls more than {@code caller}. */
    boolean isCrowdedBesides(Optional<Caller> caller) {
      // Where each has one, which is the common case, nobody needs to be counted.
      return size > byCaller.size()
          && byCaller.values().stream().mapToInt(Deque::size).max().orElse(0) >= of(caller) + 2;
    }

    /** Removes the latest call of the caller with the most; somebody waits. */
    Optional<W> removeOfLongest() {
      var longest = byCaller.firstEntry();
      for (var entry : byCaller.entrySet()) {
        longest = entry.getValue().size() > longest.getValue().size() ? entry : longest;
      }
      W latest = longest.getValue().removeLast();
      size--;
      if (longest.getValue().isEmpty()) {
        byCaller.remove(longest.getKey());
      }
      return Optional.of(latest);
    }

    private int of(Optional<Caller> caller) {
      Deque<W> own = byCaller.get(caller);
      return own == null ? 0 : own.size();
    }
  }
}
