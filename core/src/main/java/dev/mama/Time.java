package dev.mama;

import java.time.Instant;

/**
 * Where the runtime takes its time from, so that a test can set it.
 *
 * <p>Implementations are thread-safe.
 */
public interface Time {

  /** The wall clock, for what is stored and shown. */
  Instant now();

  /**
   * A clock that only moves forward, in nanoseconds from an arbitrary origin, for what is measured
   * and awaited.
   */
  long nanos();

  /** The machine's clocks. */
  static Time system() {
    return SystemTime.INSTANCE;
  }
}
