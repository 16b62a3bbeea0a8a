package dev.mama.llm;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.Deadline;
import dev.mama.Time;
import java.time.Duration;

/**
 * Keeps one model and key within its requests and tokens per minute, and shut while the server
 * wants to be left alone.
 *
 * <p>Tokens are reserved by estimate before a call and settled by the reply's count after it. A
 * bucket may go into debt: whoever reserves waits until the debt is paid, so waiters are served in
 * order and one call that is larger than the bucket still gets through. Providers enforce a
 * minute's limit in shorter periods, so there is no more than that share of it in any second:
 * requests leave at {@value #SHARE} of the limit, because at the whole of it every other second
 * would hold one too many, and what was left unused is not made up for. Tokens, which come in
 * lumps, may make up for two seconds.
 *
 * <p>The gate is shared by all calls: the time the server gave, and after it a jitter of a tenth of
 * that, so that a thousand agents do not wake together.
 *
 * <p>Thread-safe. Nobody waits under the lock.
 */
final class Pace {

  private static final Duration LEAST_SPREAD = Duration.ofMillis(20);
  private static final Duration MOST_SPREAD = Duration.ofSeconds(5);

  /** What may be used of a limit; the rest is for the way, which does not always take as long. */
  private static final double SHARE = 0.98;

  private final String name;
  private final Time time;
  private final Sleeper sleeper;
  private final Jitter jitter;
  private final Bucket requests;
  private final Bucket tokens;
  private long shutUntil;
  private Duration spread = Duration.ZERO;
  private boolean shut;

  Pace(String name, LlmTerms terms, Time time, Sleeper sleeper, Jitter jitter) {
    this.name = name;
    this.time = time;
    this.sleeper = sleeper;
    this.jitter = jitter;
    this.requests = new Bucket(SHARE * terms.requestsPerMinute() / 60, 1 - SHARE, time.nanos());
    this.tokens = new Bucket(terms.tokensPerMinute() / 60, 2, time.nanos());
  }

  /** Leaves the server alone for {@code wait}; a longer wait that is on already stays. */
  synchronized void shutFor(Duration wait) {
    long until = time.nanos() + wait.toNanos();
    if (!shut || until - shutUntil > 0) {
      shut = true;
      shutUntil = until;
      Duration tenth = wait.dividedBy(10);
      spread = tenth.compareTo(MOST_SPREAD) > 0 ? MOST_SPREAD : tenth;
      spread = spread.compareTo(LEAST_SPREAD) < 0 ? LEAST_SPREAD : spread;
    }
  }

  /** Whether the server wants to be left alone now. */
  boolean isShut() {
    return !shutFor().isZero();
  }

  /** Whether a call of about {@code estimate} tokens may leave at once. */
  synchronized boolean isFree(int estimate) {
    long now = time.nanos();
    return requests.nanosUntil(1, now) <= 0 && tokens.nanosUntil(estimate, now) <= 0;
  }

  /**
   * Refuses a call that cannot be made before the gate opens.
   *
   * @throws ChatException that says when it opens
   */
  void refuseIfShutBeyond(Deadline deadline) {
    requireInTime(shutFor(), deadline);
  }

  /**
   * Waits until a call of about {@code estimate} tokens may leave.
   *
   * @throws ChatException at once if that is not before the deadline; nothing is reserved then
   */
  Reserved reserve(int estimate, Deadline deadline) throws InterruptedException {
    var reserved = new Reserved(estimate);
    boolean done = false;
    try {
      Duration wait = take(estimate);
      requireInTime(wait, deadline);
      sleep(wait);
      for (wait = shutFor(); !wait.isZero(); wait = shutFor()) {
        requireInTime(wait, deadline);
        Duration rest = deadline.remaining(time).minus(wait);
        Duration late = spread();
        sleep(wait.plus(jitter.upTo(late.compareTo(rest) < 0 ? late : rest)));
      }
      done = true;
      return reserved;
    } finally {
      if (!done) {
        reserved.cancel();
      }
    }
  }

  /** What a call has taken; confined to its thread. */
  final class Reserved {
    private final int estimate;

    private Reserved(int estimate) {
      this.estimate = estimate;
    }

    /** The call used {@code used} tokens; 0 if nobody counted, then the estimate stands. */
    void settle(int used) {
      if (used > 0) {
        synchronized (Pace.this) {
          tokens.give(estimate - used);
        }
      }
    }

    /** The call was not made. */
    void cancel() {
      synchronized (Pace.this) {
        requests.give(1);
        tokens.give(estimate);
      }
    }
  }

  private synchronized Duration take(int estimate) {
    long now = time.nanos();
    long wait = Math.max(requests.take(1, now), tokens.take(estimate, now));
    return Duration.ofNanos(wait);
  }

  private synchronized Duration shutFor() {
    long left = shut ? shutUntil - time.nanos() : 0;
    shut = left > 0;
    return Duration.ofNanos(Math.max(0, left));
  }

  private synchronized Duration spread() {
    return spread;
  }

  private void sleep(Duration wait) throws InterruptedException {
    if (!wait.isZero()) {
      sleeper.sleep(wait);
    }
  }

  private void requireInTime(Duration wait, Deadline deadline) {
    Duration left = deadline.remaining(time);
    if (wait.compareTo(left) >= 0 && !wait.isZero()) {
      throw new ChatException(
          "chat model %s was not asked: it may be asked in %s, and the deadline is in %s"
              .formatted(name, wait, left),
          Reason.DEADLINE,
          0,
          wait,
          null);
    }
  }

  /** A token bucket that may go into debt; guarded by the pace's lock. */
  private static final class Bucket {
    private final double perNano;
    private final double capacity;
    private double level;
    private long filledAt;

    Bucket(double perSecond, double seconds, long now) {
      this.perNano = perSecond / 1e9;
      this.capacity = Math.max(1, perSecond * seconds);
      this.level = capacity;
      this.filledAt = now;
    }

    /** The nanoseconds until {@code amount} may be taken, 0 or less if now. */
    double nanosUntil(double amount, long now) {
      if (Double.isInfinite(perNano)) {
        return 0;
      }
      double then = Math.min(capacity, level + (now - filledAt) * perNano);
      return (Math.min(amount, capacity) - then) / perNano;
    }

    /** Takes {@code amount} and returns the nanoseconds to wait for it. */
    long take(double amount, long now) {
      if (Double.isInfinite(perNano)) {
        return 0;
      }
      level = Math.min(capacity, level + (now - filledAt) * perNano);
      filledAt = now;
      double missing = Math.min(amount, capacity) - level;
      level -= amount;
      return missing <= 0 ? 0 : (long) Math.ceil(missing / perNano);
    }

    void give(double amount) {
      level = Math.min(capacity, level + amount);
    }
  }
}
