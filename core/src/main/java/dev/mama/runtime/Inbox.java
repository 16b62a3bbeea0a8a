package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Sequence;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Puts what a transport delivers to one agent in order, once: a message that came before is
 * dropped, one that came too early waits for those before it, and after the gap limit the line
 * moves on without them.
 *
 * <p>Thread-safe: a transport's thread and the clock's may come at once; what leaves, leaves in
 * order, under the lock.
 */
final class Inbox {

  /** One sender's start, whose messages are numbered from 1. */
  private record LineKey(AgentId sender, long incarnation) {}

  private static final class Line {
    long next = 1;
    final TreeMap<Long, Envelope> early = new TreeMap<>();
    boolean timed;
  }

  /** What is missing in a line: messages {@code first} to {@code last} of {@code sender}. */
  record Gap(AgentId sender, long first, long last, Duration waited) {}

  /** So many messages of one line wait at most; beyond, the gap before them is given up at once. */
  private static final int MOST_EARLY = 1_024;

  private final Map<LineKey, Line> lines = new HashMap<>();
  private final Consumer<Envelope> receiver;
  private final BiConsumer<Envelope, Gap> gaps;
  private final Runnable duplicates;
  private final Duration gapLimit;
  private final Schedule schedule;

  /**
   * @param receiver takes what is in order, without waiting
   * @param gaps told of a gap that was given up, with the message that the line goes on with
   * @param duplicates told of each message that was dropped
   */
  Inbox(
      Consumer<Envelope> receiver,
      BiConsumer<Envelope, Gap> gaps,
      Runnable duplicates,
      Duration gapLimit,
      Schedule schedule) {
    this.receiver = receiver;
    this.gaps = gaps;
    this.duplicates = duplicates;
    this.gapLimit = gapLimit;
    this.schedule = schedule;
  }

  synchronized void accept(Envelope envelope) {
    Sequence sequence = envelope.sequence();
    if (sequence == null) {
      receiver.accept(envelope);
      return;
    }
    var key = new LineKey(envelope.message().from(), sequence.incarnation());
    Line line = lines.computeIfAbsent(key, k -> new Line());
    if (sequence.number() < line.next || line.early.containsKey(sequence.number())) {
      duplicates.run();
      return;
    }
    line.early.put(sequence.number(), envelope);
    release(line);
    if (line.early.size() > MOST_EARLY) {
      skipGap(key, line, Duration.ZERO);
    }
    if (!line.early.isEmpty() && !line.timed) {
      watch(key, line);
    }
  }

  private void release(Line line) {
    Envelope envelope;
    while ((envelope = line.early.remove(line.next)) != null) {
      line.next++;
      receiver.accept(envelope);
    }
  }

  private void watch(LineKey key, Line line) {
    line.timed = true;
    long awaited = line.next;
    var unused =
        schedule.once(
            gapLimit,
            () -> {
              expire(key, line, awaited);
              return true;
            });
  }

  private synchronized void expire(LineKey key, Line line, long awaited) {
    line.timed = false;
    if (line.early.isEmpty()) {
      return;
    }
    if (line.next == awaited) {
      skipGap(key, line, gapLimit);
    }
    if (!line.early.isEmpty()) {
      watch(key, line);
    }
  }

  private void skipGap(LineKey key, Line line, Duration waited) {
    var first = line.early.firstEntry();
    gaps.accept(first.getValue(), new Gap(key.sender(), line.next, first.getKey() - 1, waited));
    line.next = first.getKey();
    release(line);
  }
}
