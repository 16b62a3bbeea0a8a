package dev.mama.bench.compare;

import dev.mama.AgentId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Trust kept by the protocol of the MAMA report: each message is a task of a thread pool, and all
 * of them share one lock. The update itself is the cheapest there is, a moving mean.
 *
 * <p>Thread-safe.
 */
public final class LockedTrust implements AutoCloseable {

  private static final double NEWEST = 0.1;
  private static final double UNKNOWN = 0.5;

  private final Map<AgentId, Double> trust = new HashMap<>();
  private final ExecutorService pool;
  private long taken;

  /** With a pool of {@code threads}, and all {@code agents} known already. */
  public LockedTrust(int threads, List<AgentId> agents) {
    pool = Executors.newFixedThreadPool(threads);
    agents.forEach(agent -> trust.put(agent, UNKNOWN));
  }

  /** Takes in a rating of {@code subject}, later; {@code then} is run when it is taken. */
  public Future<?> submit(AgentId subject, double quality, Runnable then) {
    return pool.submit(() -> {
      synchronized (trust) {
        double before = trust.getOrDefault(subject, UNKNOWN);
        trust.put(subject, before + NEWEST * (quality - before));
        taken++;
      }
      then.run();
    });
  }

  /** How many ratings were taken in. */
  public long taken() {
    synchronized (trust) {
      return taken;
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
