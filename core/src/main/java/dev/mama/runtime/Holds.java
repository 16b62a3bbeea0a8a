package dev.mama.runtime;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many records of each stretch of the journal are still needed for what stands in them:
 * messages that are not handled, answers, what has not left. A stretch is a generation: {@value
 * #RECORDS} records.
 *
 * <p>Thread-safe, without a lock.
 */
final class Holds {

  static final long RECORDS = 1 << 13;

  private final ConcurrentMap<Long, AtomicLong> held = new ConcurrentHashMap<>();
  private volatile long latest;
  private volatile long floor;

  static long generation(long record) {
    return record / RECORDS;
  }

  /**
   * Holds all records that are written from now on, until {@link #leave} of what this returns: for
   * as long as a record's place is not known.
   */
  long enter() {
    while (true) {
      long generation = generation(latest);
      AtomicLong counter = count(generation);
      counter.incrementAndGet();
      if (generation >= floor) {
        return generation;
      }
      counter.decrementAndGet(); // this one, for it may have been given up with its generation
    }
  }

  void leave(long generation) {
    count(generation).decrementAndGet();
  }

  /** The record {@code record} is there, and needed. */
  void hold(long record) {
    count(generation(record)).incrementAndGet();
    seen(record);
  }

  /** How many records are needed; a figure for people, counted while others change it. */
  long count() {
    return held.values().stream().mapToLong(AtomicLong::get).sum();
  }

  /** The record {@code record} is there. */
  void seen(long record) {
    if (record - latest > RECORDS / 64) {
      latest = record; // a lower bound is all that is needed
    }
  }

  /** A record up to which there are records: a lower bound. */
  long latest() {
    return latest;
  }

  void free(long record) {
    count(generation(record)).decrementAndGet();
  }

  /** Gives up all generations before {@code end}; false if something in them is still needed. */
  boolean giveUpBefore(long end) {
    if (generation(latest) < end) {
      return false;
    }
    long before = floor;
    floor = end;
    for (var each : held.entrySet()) {
      if (each.getKey() < end && each.getValue().get() != 0) {
        floor = before;
        return false;
      }
    }
    held.keySet().removeIf(generation -> generation < end);
    return true;
  }

  private AtomicLong count(long generation) {
    return held.computeIfAbsent(generation, g -> new AtomicLong());
  }
}
