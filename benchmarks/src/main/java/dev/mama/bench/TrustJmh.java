package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.Rating;
import dev.mama.Standing;
import dev.mama.Trace;
import dev.mama.registry.InMemoryTrustLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long does trust take to be moved by a piece of evidence, and to be read, in memory? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class TrustJmh {

  private static final int AGENTS = 1_000;

  private final InMemoryTrustLedger ledger = InMemoryTrustLedger.create();
  private final Trace trace = Trace.start();
  private final Instant at = Instant.now();
  private final Rating rating = new Rating(0.8, true, Duration.ofMillis(300));
  private AgentId[] agents;
  private int next;

  /** Makes the agents known. */
  @Setup
  public void rate() {
    agents = new AgentId[AGENTS];
    for (int i = 0; i < AGENTS; i++) {
      agents[i] = AgentId.of("agent-" + i);
      ledger.record(
          new Evidence.Checked(AgentId.of("rater"), agents[i], rating, rating, at, trace));
    }
  }

  private AgentId next() {
    return agents[next++ % AGENTS];
  }

  /** A rating that nobody has checked. */
  @Benchmark
  public AgentId opinion() {
    AgentId subject = next();
    AgentId rater = agents[(next + AGENTS / 2) % AGENTS];
    ledger.record(new Evidence.Opinion(rater, subject, rating, at, trace));
    return subject;
  }

  /** What the runtime has seen. */
  @Benchmark
  public AgentId witnessed() {
    AgentId subject = next();
    ledger.record(new Evidence.Witnessed(subject, true, rating.took(), at, trace));
    return subject;
  }

  /** How an agent stands. */
  @Benchmark
  public Standing standing() {
    return ledger.standing(next());
  }
}
