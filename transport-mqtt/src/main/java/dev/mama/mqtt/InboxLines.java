package dev.mama.mqtt;

import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which messages of which lines an inbox has taken over, also by earlier starts of this process.
 * Two starts of a sender are remembered for each receiver.
 *
 * <p>Confined to the inbox' thread.
 */
final class InboxLines {

  private static final int STARTS = 2;
  private static final int MOST_EARLY = 1_024;

  private record Pair(String address, String sender) {}

  private static final class Line {
    final long incarnation;
    long next;
    final TreeSet<Long> early = new TreeSet<>();

    /** What was handled before this process started. */
    long before;

    Line(long incarnation, long next) {
      this.incarnation = incarnation;
      this.next = next;
    }
  }

  private final Map<Pair, List<Line>> lines = new HashMap<>();

  /**
   * Notes {@code envelope}; false if it came before, or its sender has started anew twice since.
   */
  boolean take(String address, Envelope envelope) {
    Sequence sequence = envelope.sequence();
    if (sequence == null) {
      return true;
    }
    Line line = line(address, envelope.message().from().value(), sequence.incarnation());
    if (line == null || sequence.number() < line.next || !line.early.add(sequence.number())) {
      return false;
    }
    advance(line);
    if (line.early.size() > MOST_EARLY) {
      line.next = line.early.first(); // the receiver has given the gap up as well
      advance(line);
    }
    return true;
  }

  private static void advance(Line line) {
    while (line.early.remove(line.next)) {
      line.next++;
    }
  }

  private @Nullable Line line(String address, String sender, long incarnation) {
    List<Line> starts =
        lines.computeIfAbsent(new Pair(address, sender), pair -> new ArrayList<>(1));
    for (Line line : starts) {
      if (line.incarnation == incarnation) {
        return line;
      }
    }
    int place = starts.size();
    while (place > 0 && starts.get(place - 1).incarnation > incarnation) {
      place--;
    }
    if (starts.size() == STARTS) {
      if (place == 0) {
        return null;
      }
      starts.remove(0);
      place--;
    }
    var line = new Line(incarnation, 1);
    starts.add(place, line);
    return line;
  }

  /** Notes how far a line has come. */
  void restore(InboxRecord.LineState state) {
    Line line = line(state.address(), state.sender(), state.incarnation());
    if (line != null && line.next < state.next()) {
      line.next = state.next();
      line.early.headSet(line.next).clear();
      advance(line);
    }
  }

  /**
   * Says that everything taken so far was handled before this process started, but for {@code
   * unhandled}.
   */
  void begin(Iterable<Unhandled> unhandled) {
    lines.values().forEach(starts -> starts.forEach(line -> line.before = line.next - 1));
    for (Unhandled each : unhandled) {
      Sequence sequence = each.sequence();
      if (sequence != null) {
        Line line = line(each.address(), each.sender(), sequence.incarnation());
        if (line != null) {
          line.before = Math.min(line.before, sequence.number() - 1);
        }
      }
    }
  }

  /** A message that was taken over and not handled. */
  record Unhandled(String address, String sender, @Nullable Sequence sequence) {}

  /** {@code envelope} with what is behind it in its line. */
  Envelope placed(String address, Envelope envelope) {
    Sequence sequence = envelope.sequence();
    if (sequence == null) {
      return envelope;
    }
    Line line = line(address, envelope.message().from().value(), sequence.incarnation());
    if (line == null || line.before == 0) {
      return envelope;
    }
    return envelope.withBefore(line.before);
  }

  /** How far all lines have come. */
  List<InboxRecord.LineState> states() {
    var states = new ArrayList<InboxRecord.LineState>();
    lines.forEach((pair, starts) ->
        starts.forEach(line ->
            states.add(
                new InboxRecord.LineState(
                    pair.address(), pair.sender(), line.incarnation, line.next))));
    return states;
  }
}
