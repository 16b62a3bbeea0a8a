package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.Candidate;
import dev.mama.Decision;
import dev.mama.Need;
import dev.mama.Standing;
import dev.mama.State;
import dev.mama.StateBuilder;
import dev.mama.marl.LearnedPolicy;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.spi.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Warmup;

/** How long does one decision among five candidates take, by rule and by network? */
@org.openjdk.jmh.annotations.State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class PolicyJmh {

  private static final int STATES = 256;
  private static final int CANDIDATES = 5;

  /** Who decides. */
  @Param({"weighted-score", "learned"})
  public String policy;

  private final SplittableRandom random = new SplittableRandom(42);
  private Policy decider;
  private State[] states;
  private int next;

  /** Makes the policy and the states. */
  @Setup
  public void make() {
    decider = policy.equals("learned") ? LearnedPolicy.shipped() : WeightedScorePolicy.create();
    var ledger = InMemoryTrustLedger.create();
    var system = new StateBuilder.SystemView(STATES, STATES, 12, 0.7, 0.9, 600);
    var need = new Need("the kitchen floor is wet every morning");
    states = new State[STATES];
    for (int i = 0; i < STATES; i++) {
      var candidates = new ArrayList<Candidate>();
      for (int j = 0; j < CANDIDATES; j++) {
        AgentId agent = AgentId.of("agent-" + (i + j));
        Standing standing = ledger.standing(agent);
        candidates.add(new Candidate(agent, 0.6 - 0.03 * j, standing, random.nextInt(8)));
      }
      states[i] = StateBuilder.build(need, Duration.ofSeconds(30), candidates, system);
    }
  }

  /** One decision. */
  @Benchmark
  public Decision decide() {
    return decider.decide(states[next++ % STATES], random);
  }
}
