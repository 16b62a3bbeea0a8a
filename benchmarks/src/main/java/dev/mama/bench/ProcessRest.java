package dev.mama.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** Waits until no thread of this process does anything. */
final class ProcessRest {

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** The share of one core that still counts as nothing. */
  private static final double NOTHING = 0.2;

  private ProcessRest() {}

  /** Returns after {@link #PATIENCE} at the latest. */
  static void await() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    long before = SYSTEM.getProcessCpuTime();
    for (boolean rests = false; !rests && System.nanoTime() < end; ) {
      Thread.sleep(LOOK);
      long now = SYSTEM.getProcessCpuTime();
      rests = now - before < NOTHING * LOOK.toNanos();
      before = now;
    }
  }
}
