package dev.mama.bench.soak;

import dev.mama.bench.Memory;
import dev.mama.bench.ProcessMemory;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Reads what this process holds, time and again, until it is closed.
 *
 * <p>Confined to the thread that reads.
 */
final class Watch implements AutoCloseable {

  private final LongSupplier answered;
  private final LongSupplier agents;
  private final LongSupplier nanos;
  private final List<Reading> readings = new ArrayList<>();
  private final PinnedThreads pinned = PinnedThreads.watch();
  private long start;

  /**
   * @param answered requests answered so far
   * @param agents agents started and closed so far
   * @param nanos the time
   */
  Watch(LongSupplier answered, LongSupplier agents, LongSupplier nanos) {
    this.answered = answered;
    this.agents = agents;
    this.nanos = nanos;
  }

  /** Takes a reading; collects the garbage first, which stops everybody for a while. */
  void read() {
    double heap = (double) Memory.afterCollection();
    long now = nanos.getAsLong();
    if (readings.isEmpty()) {
      start = now;
    }
    readings.add(
        new Reading(
            (now - start) / 1e9,
            heap,
            (double) ProcessMemory.resident(),
            ManagementFactory.getThreadMXBean().getThreadCount(),
            (double) ProcessMemory.descriptors(),
            pinned.count(),
            pinned.millis(),
            answered.getAsLong(),
            agents.getAsLong()));
  }

  /** Those taken so far, in order. */
  List<Reading> readings() {
    return List.copyOf(readings);
  }

  /** Where virtual threads were pinned most. */
  List<String> pinnedAt() {
    return pinned.places();
  }

  @Override
  public void close() {
    pinned.close();
  }
}
