package dev.mama.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.runtime.AgentGroup;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What one idle agent and one message cost: the constants of a capacity table.
 *
 * <p>Thread-safe; it holds nothing.
 */
public final class RuntimeCosts {

  private static final int AGENTS = 1_000;
  private static final int TOKENS = 200;
  private static final int LAPS = 1_000;

  private RuntimeCosts() {}

  /** Processor time of this process so far, of all threads, the collector's too. */
  public static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  /** Bytes of heap that each of {@code count} idle agents takes, id and directory included. */
  public static double bytesPerIdleAgent(int count) throws InterruptedException {
    Agent idle = (message, context) -> {};
    long before = Memory.used();
    try (AgentGroup group = AgentGroup.builder(ExperimentId.of("bench")).build()) {
      group.define(AgentType.of("idle", () -> idle));
      List<AgentId> ids =
          IntStream.range(0, count).mapToObj(i -> AgentId.of("agent-" + i)).toList();
      group.startAll(ids, "idle");
      return Math.max(0, Memory.used() - before) / (double) count;
    }
  }

  /**
   * Processor time of one message among 1,000 agents of a group as built by default, each of which
   * sends on what it receives.
   *
   * @param time to warm up, and again to measure
   */
  public static double cpuNanosPerMessage(Duration time, long seed) throws InterruptedException {
    try (var hops = new Hops(MamaHost::start, AGENTS, TOKENS, seed)) {
      run(hops, time);
      long before = cpuNanos();
      long messages = run(hops, time);
      return (double) (cpuNanos() - before) / messages;
    }
  }

  private static long run(Hops hops, Duration time) throws InterruptedException {
    long start = System.nanoTime();
    long messages = 0;
    do {
      messages += hops.run(LAPS);
    } while (System.nanoTime() - start < time.toNanos());
    return messages;
  }
}
