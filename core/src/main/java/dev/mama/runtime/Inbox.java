package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Puts what a transport delivers to one agent in order, once: a message that came before is
 * dropped, one that came too early waits for those before it, and after the gap limit the line
 * moves on without them.
 *
 * <p>Thread-safe: a transport's thread and the clock's may come at once; what leaves, leaves in
 * order, under the lock.
 */
final class Inbox {

  /** The messages of one sender's start, numbered from 1. */
  private static final class Line {
    final AgentId sender;
    final long incarnation;
    long next;
    final TreeMap<Long, Envelope> early = new TreeMap<>();
    boolean timed;

    Line(AgentId sender, long incarnation, long next) {
      this.sender = sender;
      this.incarnation = incarnation;
      this.next = next;
    }
  }

  /** What is missing in a line: messages {@code first} to {@code last} of {@code sender}. */
  record Gap(AgentId sender, long first, long last, Duration waited) {}

  /** So many messages of one line wait at most; beyond, the gap before them is given up at once. */
  private static final int MOST_EARLY = 1_024;

  /** So many payload bytes wait for gaps at most; beyond, a gap is given up at once. */
  private static final long MOST_EARLY_BYTES = 4L << 20;

  /** Starts of one sender that have a line: the last, and the one whose rest may still come. */
  private static final int STARTS = 2;

  /** So many starts of one sender, before those, are known for forgotten. */
  private static final int FORGOTTEN = 8;

  /** What is known of one sender. */
  private static final class Starts {
    final List<Line> lines = new ArrayList<>(1); // the oldest first
    final List<Long> forgotten = new ArrayList<>(0);
  }

  private final Map<AgentId, Starts> senders = new HashMap<>();

  private long earlyBytes;

  private final Consumer<Envelope> receiver;
  private final BiConsumer<Envelope, Gap> gaps;
  private final Consumer<Envelope> duplicates;
  private final ToLongBiFunction<AgentId, Long> handledBefore;
  private final Duration gapLimit;
  private final Schedule schedule;

  /**
   * @param receiver takes what is in order, without waiting
   * @param gaps told of a gap that was given up, with the message that the line goes on with
   * @param duplicates told of each message that was dropped
   * @param handledBefore the number up to which a start of a sender was handled in an earlier run;
   *     0 if none was
   */
  Inbox(
      Consumer<Envelope> receiver,
      BiConsumer<Envelope, Gap> gaps,
      Consumer<Envelope> duplicates,
      ToLongBiFunction<AgentId, Long> handledBefore,
      Duration gapLimit,
      Schedule schedule) {
    this.receiver = receiver;
    this.gaps = gaps;
    this.duplicates = duplicates;
    this.handledBefore = handledBefore;
    this.gapLimit = gapLimit;
    this.schedule = schedule;
  }

  synchronized void accept(Envelope envelope) {
    Sequence sequence = envelope.sequence();
    if (sequence == null) {
      receiver.accept(envelope);
      return;
    }
    Line line = line(envelope.message().from(), sequence);
    if (line == null
        || sequence.number() < line.next
        || line.early.putIfAbsent(sequence.number(), envelope) != null) {
      duplicates.accept(envelope);
      return;
    }
    earlyBytes += bytes(envelope);
    release(line);
    while (line.early.size() > MOST_EARLY
        || (earlyBytes > MOST_EARLY_BYTES && !line.early.isEmpty())) {
      skipGap(line, Duration.ZERO);
    }
    if (!line.early.isEmpty() && !line.timed) {
      watch(line);
    }
  }

  /**
   * The line of that start; null if it was forgotten, because the sender has started anew since. A
   * start that is not known is a later one, whatever its number: clocks differ.
   */
  private @Nullable Line line(AgentId sender, Sequence sequence) {
    Starts known = senders.computeIfAbsent(sender, id -> new Starts());
    List<Line> starts = known.lines;
    for (Line each : starts) {
      if (each.incarnation == sequence.incarnation()) {
        return each;
      }
    }
    if (known.forgotten.contains(sequence.incarnation())) {
      return null;
    }
    long behind =
        Math.max(sequence.before(), handledBefore.applyAsLong(sender, sequence.incarnation()));
    var line = new Line(sender, sequence.incarnation(), behind + 1);
    if (starts.size() == STARTS) {
      forget(known, starts.remove(0));
    }
    int place = starts.size();
    while (place > 0 && starts.get(place - 1).incarnation > line.incarnation) {
      place--;
    }
    starts.add(place, line);
    return line;
  }

  private void forget(Starts known, Line line) {
    known.forgotten.add(line.incarnation);
    if (known.forgotten.size() > FORGOTTEN) {
      known.forgotten.remove(0);
    }
    while (!line.early.isEmpty()) {
      skipGap(line, Duration.ZERO);
    }
  }

  private void release(Line line) {
    Envelope envelope;
    while ((envelope = line.early.remove(line.next)) != null) {
      line.next++;
      earlyBytes -= bytes(envelope);
      receiver.accept(envelope);
    }
  }

  private void watch(Line line) {
    line.timed = true;
    long awaited = line.next;
    var unused =
        schedule.once(
            gapLimit,
            () -> {
              expire(line, awaited);
              return true;
            });
  }

  private synchronized void expire(Line line, long awaited) {
    line.timed = false;
    if (line.early.isEmpty()) {
      return;
    }
    if (line.next == awaited) {
      skipGap(line, gapLimit);
    }
    if (!line.early.isEmpty()) {
      watch(line);
    }
  }

  private void skipGap(Line line, Duration waited) {
    var first = line.early.firstEntry();
    gaps.accept(first.getValue(), new Gap(line.sender, line.next, first.getKey() - 1, waited));
    line.next = first.getKey();
    release(line);
  }

  private static long bytes(Envelope envelope) {
    return envelope.message().payload().json().length;
  }
}
