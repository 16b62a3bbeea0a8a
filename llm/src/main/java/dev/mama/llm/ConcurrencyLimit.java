package dev.mama.llm;

import java.time.Duration;

/**
 * How many calls may be on the wire at once.
 *
 * <p>Not thread-safe; {@link Admission} calls it under its lock.
 */
interface ConcurrencyLimit {

  /**
   * A call on the wire.
   *
   * @param inFlight calls on the wire once it was sent, itself included
   * @param epoch which limit it was sent under; a call that was sent before the limit last changed
   *     says little about the limit of now
   */
  record Sent(int inFlight, long epoch) {}

  /** The most calls at once, at least 1. */
  int limit();

  /** A call leaves. */
  Sent sent(int inFlight);

  /** Its answer came after {@code latency}; {@code tokens} were generated, 0 if nobody counted. */
  void answered(Sent sent, Duration latency, int tokens);

  /** The server had no room for it, or did not answer in time. */
  void refused(Sent sent);
}
