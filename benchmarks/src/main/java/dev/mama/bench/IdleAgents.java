package dev.mama.bench;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.bench.compare.PekkoIdle;
import dev.mama.runtime.AgentGroup;
import java.util.ArrayList;
import java.util.List;

/**
 * How fast do agents start, and what does one cost that has nothing to do? Ours include their ids,
 * which only the group keeps, and the directory; the agent itself is shared, as it has no state.
 *
 * <p>Not thread-safe.
 */
final class IdleAgents {

  private static final int AT_ONCE = 1_000;
  private static final double START_GOAL = 200_000; // a million in 5 s
  private static final double BYTES_GOAL = 300;

  private final Samples started = new Samples();
  private final Samples bytes = new Samples();
  private final Samples peerStarted = new Samples();
  private final Samples peerBytes = new Samples();

  /** Measures ours, then the peer's: what a closed one leaves behind must not be in the other's. */
  List<Figure> measure(int rounds, int count, int peerCount) throws InterruptedException {
    for (int round = 0; round < rounds; round++) {
      ours(count);
    }
    for (int round = 0; round < rounds; round++) {
      theirs(peerCount);
    }
    var figures = new ArrayList<Figure>();
    figures.add(started.rate("runtime.start.rate", count).atLeast(START_GOAL));
    figures.add(peerStarted.rate("runtime.pekko.start.rate", peerCount));
    figures.add(perAgent("runtime.idle.bytes-per-agent", bytes, count).atMost(BYTES_GOAL));
    figures.add(perAgent("runtime.pekko.bytes-per-agent", peerBytes, peerCount));
    return figures;
  }

  private void ours(int count) throws InterruptedException {
    Agent idle = (message, context) -> {};
    long before = Memory.used();
    try (AgentGroup group = AgentGroup.builder(ExperimentId.of("bench")).build()) {
      group.define(AgentType.of("idle", () -> idle));
      long start = System.nanoTime();
      var ids = new ArrayList<AgentId>(AT_ONCE);
      for (int i = 0; i < count; i++) {
        ids.add(AgentId.of("agent-" + i));
        if (ids.size() == AT_ONCE || i == count - 1) {
          group.startAll(ids, "idle");
          ids.clear();
        }
      }
      started.add(System.nanoTime() - start);
      bytes.add(Math.max(0, Memory.used() - before));
    }
  }

  private void theirs(int count) throws InterruptedException {
    long before = Memory.used();
    long start = System.nanoTime();
    PekkoIdle peer = PekkoIdle.start(count);
    try {
      peerStarted.add(System.nanoTime() - start);
      peerBytes.add(Math.max(0, Memory.used() - before));
    } finally {
      peer.close();
    }
  }

  private static Figure perAgent(String name, Samples bytes, int count) {
    return Figure.of(name, (double) bytes.quantile(0.5) / count, "B", bytes.size());
  }
}
