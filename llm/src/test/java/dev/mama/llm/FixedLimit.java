package dev.mama.llm;

import java.time.Duration;

/** A limit that does not move. */
record FixedLimit(int limit) implements ConcurrencyLimit {

  @Override
  public Sent sent(int inFlight) {
    return new Sent(inFlight, 0);
  }

  @Override
  public void answered(Sent sent, Duration latency, int tokens) {}

  @Override
  public void refused(Sent sent) {}
}
