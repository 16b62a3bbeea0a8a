package dev.mama.llm;

import java.time.Duration;

/*
 * Finds the capacity of a server that does not tell it: slow start, then bisection, then rare probes.
 *
 * `proved` is the highest limit that carried a whole window of calls with all places taken and no
 * refusal; `refusedAt` is the least load that was refused. While nothing was refused the limit doubles.
 * A refusal sets `refusedAt`, and the limit goes between the two, a window each, until they meet. Then it
 * stays. A refusal at or below `proved` means that the capacity shrank: nothing is proved any more, and
 * the same search goes down. After a quiet time one more call is let through; if that is carried, the
 * capacity grew, and steps of 1, 2, 4, ... follow; if not, it cost one refusal, and the quiet time doubles,
 * which keeps refusals far below one in a hundred. Being driven by counts of calls, it is deterministic.
 *
 * A server that queues instead of refusing is found by throughput. By Little's law it is limit / latency;
 * if a higher limit brings less than half of what it should, the rest only waits, and that counts as a
 * refusal, once two windows in a row say so, four at a limit that was proved: a window is one round
 * trip, and a pause of the machine fills it. Latency is taken per token, because long answers are slow without any load: a call counts as
 * its tokens and FIXED_TOKENS for the way and the prompt. The comparison is with a limit of at most two
 * thirds, each as last measured, never with a mean over time, which steady overload would drag along.
 *
 * It differs from additive-increase-multiplicative-decrease in what it does after a refusal: it remembers
 * where that was. AIMD would meet the same wall every few round trips; see docs/decisions.
 */
/** A limit that follows refusals and throughput. */
final class AdaptiveLimit implements ConcurrencyLimit {

  private static final int UNKNOWN = Integer.MAX_VALUE;
  private static final int MIN_SAMPLES = 4;
  private static final int FIXED_TOKENS = 32;
  private static final int QUIET_CALLS = 128;
  private static final int MAX_QUIET_CALLS = 1_024;
  private static final double LEAST_GAIN = 0.5;

  /** Lower, so that chance does not drive a limit away that has been found good. */
  private static final double LEAST_GAIN_OF_PROVED = 0.2;

  /** So many windows in a row must say so, because one is a single round trip and may hiccup. */
  private static final int QUEUEING = 2;

  private static final int QUEUEING_OF_PROVED = 4;

  private final int ceiling;
  private final double[] rateAt = new double[2 * Integer.SIZE];
  private final int[] limitAt = new int[2 * Integer.SIZE];
  private int limit = 1;
  private int proved;
  private int refusedAt = UNKNOWN;
  private int step = 1;
  private long epoch;
  private int answers;
  private double nanos;
  private double tokens;
  private int queueing;
  private int quiet;
  private int quietNeeded = QUIET_CALLS;

  AdaptiveLimit(int ceiling) {
    this.ceiling = ceiling;
  }

  @Override
  public int limit() {
    return limit;
  }

  @Override
  public Sent sent(int inFlight) {
    return new Sent(inFlight, epoch);
  }

  @Override
  public void answered(Sent sent, Duration latency, int generated) {
    boolean full = sent.inFlight() * 8L >= limit * 7L;
    if (sent.epoch() != epoch || !full) {
      return;
    }
    answers++;
    nanos += latency.toNanos();
    tokens += generated + FIXED_TOKENS;
    if (answers >= Math.max(limit, MIN_SAMPLES)) {
      int carried = answers;
      queueing = onlyQueues(nanos / tokens) ? queueing + 1 : 0;
      startWindow();
      if (queueing == 0 || queueing >= (limit > proved ? QUEUEING : QUEUEING_OF_PROVED)) {
        boolean onlyQueues = queueing > 0;
        queueing = 0;
        carried(carried, onlyQueues);
      }
    }
  }

  @Override
  public void refused(Sent sent) {
    // One refusal at a low load, say of another client's making, halves the limit at most.
    int load = Math.max(sent.inFlight(), limit / 2 + 1);
    if (load <= proved) {
      if (sent.epoch() != epoch) {
        return;
      }
      proved = 0;
      refusedAt = UNKNOWN;
      quietNeeded = QUIET_CALLS;
    }
    if (limit == 1) {
      // Not even one call was carried: that is an outage, and says nothing of the capacity.
      proved = 0;
      refusedAt = UNKNOWN;
      step = 1;
      return;
    }
    refusedAt = Math.min(refusedAt, load);
    search();
  }

  private void carried(int calls, boolean onlyQueues) {
    if (onlyQueues) {
      if (limit <= proved) {
        proved = 0;
      }
      refusedAt = limit;
      search();
    } else if (limit > proved) {
      proved = limit;
      if (refusedAt == UNKNOWN) {
        quietNeeded = QUIET_CALLS;
        grow();
      } else {
        search();
      }
    } else {
      quiet += calls;
      if (quiet >= Math.max(quietNeeded, 4 * limit)) {
        quietNeeded = Math.min(2 * quietNeeded, MAX_QUIET_CALLS);
        refusedAt = UNKNOWN;
        step = 1;
        grow();
      }
    }
  }

  private void grow() {
    int next = (int) Math.min(ceiling, (long) limit + step);
    step = Math.min(2 * step, ceiling);
    moveTo(next);
  }

  /** Goes between what was proved and what was refused, or stays at what was proved. */
  private void search() {
    int gap = refusedAt - proved;
    moveTo(gap <= 1 + proved / 32 ? proved : proved + gap / 2);
  }

  private void moveTo(int wanted) {
    int next = Math.max(1, Math.min(wanted, ceiling));
    if (next != limit) {
      limit = next;
      queueing = 0;
      epoch++;
      startWindow();
    }
    quiet = 0;
  }

  private void startWindow() {
    answers = 0;
    nanos = 0;
    tokens = 0;
  }

  /** Whether the calls beyond a clearly lower limit bring less than half of their share. */
  private boolean onlyQueues(double cost) {
    int level = level(limit);
    rateAt[level] = limit / cost;
    limitAt[level] = limit;
    for (int lower = level - 1; lower >= 0; lower--) {
      if (limitAt[lower] > 0 && 3 * limitAt[lower] <= 2 * limit) {
        double growth = (double) limit / limitAt[lower] - 1;
        double gain = rateAt[level] / rateAt[lower] - 1;
        return gain < (limit > proved ? LEAST_GAIN : LEAST_GAIN_OF_PROVED) * growth;
      }
    }
    return false;
  }

  /** Two levels per doubling: 1, 2, 3, 4, 6, 8, 12, ... */
  private static int level(int limit) {
    int log = 31 - Integer.numberOfLeadingZeros(limit);
    return 2 * log + (log > 0 && (limit >> (log - 1) & 1) == 1 ? 1 : 0);
  }
}
