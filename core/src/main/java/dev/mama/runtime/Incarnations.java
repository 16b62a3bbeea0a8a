package dev.mama.runtime;

import dev.mama.Time;
import dev.mama.spi.Envelope.Sequence;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Numbers the starts of senders: unique within a group, greater for a later start, and apart from
 * those of other groups by a random part. Milliseconds since 1970 stand in the upper 42 bits.
 */
final class Incarnations {

  private final Time time;
  private final RandomGenerator chance;
  private final AtomicLong last = new AtomicLong();

  Incarnations(Time time, RandomGenerator chance) {
    this.time = time;
    this.chance = chance;
  }

  long next() {
    long fresh =
        (time.now().toEpochMilli() << Sequence.CHANCE_BITS)
            | chance.nextInt(1 << Sequence.CHANCE_BITS);
    return last.updateAndGet(previous -> Math.max(previous + 1, fresh));
  }
}
