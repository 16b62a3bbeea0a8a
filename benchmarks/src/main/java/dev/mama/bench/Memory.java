package dev.mama.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What the heap holds, and what has been allocated on it.
 *
 * <p>Thread-safe; it holds nothing.
 */
public final class Memory {

  private static final int MOST_COLLECTIONS = 10;
  private static final double STEADY = 0.001;

  private Memory() {}

  /**
   * Bytes in use after full collections, as many as it takes until one frees next to nothing: what
   * ended threads and references leave behind goes only with a later one.
   */
  public static long used() {
    long before = Long.MAX_VALUE;
    for (int i = 0; i < MOST_COLLECTIONS; i++) {
      System.gc();
      long now = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      if (i > 1 && now > before * (1 - STEADY)) {
        return Math.min(now, before);
      }
      before = Math.min(now, before);
    }
    return before;
  }

  /**
   * Bytes in use after one full collection: more than {@link #used} finds, and steady enough where
   * it is read time and again while others work, whom collections stop.
   */
  public static long afterCollection() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /**
   * Bytes allocated by all threads since the JVM started. Virtual threads are counted with the
   * platform threads that carry them, which is why no per-thread figure would do.
   */
  public static long allocated() {
    return ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes();
  }
}
