package dev.mama.registry;

import java.util.concurrent.atomic.AtomicLong;

/**
 * When somebody was heard of last: one agent, or the writer that speaks for many.
 *
 * <p>Thread-safe.
 */
final class Pulse {

  private final AtomicLong heardNanos;

  /** Whether the writer's connection was lost, or it has left, after it was heard of last. */
  private volatile Liveness.State told = Liveness.State.ALIVE;

  private volatile long toldNanos;

  Pulse(long nanos) {
    heardNanos = new AtomicLong(nanos);
  }

  long heardNanos() {
    return heardNanos.get();
  }

  /** Moves forward only: of two heartbeats that race, the later one counts. */
  void heardAt(long nanos) {
    heardNanos.accumulateAndGet(nanos, (before, heard) -> heard - before > 0 ? heard : before);
    told = Liveness.State.ALIVE;
  }

  void told(Liveness.State state, long nanos) {
    toldNanos = nanos;
    told = state;
  }

  /** How it is now, and since when, in nanoseconds of the clock. */
  Reading read(long now, long timeToLiveNanos, long goneAfterNanos) {
    long heard = heardNanos.get();
    Liveness.State state = told;
    if (state == Liveness.State.GONE || now - heard > goneAfterNanos) {
      return new Reading(
          Liveness.State.GONE, state == Liveness.State.GONE ? toldNanos : heard + goneAfterNanos);
    }
    if (state == Liveness.State.SUSPECTED || now - heard > timeToLiveNanos) {
      return new Reading(
          Liveness.State.SUSPECTED,
          state == Liveness.State.SUSPECTED ? toldNanos : heard + timeToLiveNanos);
    }
    return new Reading(Liveness.State.ALIVE, heard);
  }

  /** A state, and when it began. */
  record Reading(Liveness.State state, long sinceNanos) {}
}
