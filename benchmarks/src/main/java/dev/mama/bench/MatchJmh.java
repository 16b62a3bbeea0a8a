package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.spi.AgentIndex.Match;
import java.util.List;
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
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does the exact scan for the five closest agents take, float[384] each, while nothing
 * else uses the caches?
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class MatchJmh {

  private static final int DIMENSION = 384;
  private static final int QUERIES = 64;
  private static final int K = 5;

  /** Agents in the index. */
  @Param({"1000", "5000"})
  public int agents;

  private ExactAgentIndex index;
  private float[][] queries;
  private int next;

  /** Fills the index. */
  @Setup
  public void fill() {
    var random = new SplittableRandom(42);
    index = new ExactAgentIndex(DIMENSION);
    for (int i = 0; i < agents; i++) {
      index.put(AgentId.of("agent-" + i), unit(random));
    }
    queries = new float[QUERIES][];
    for (int i = 0; i < QUERIES; i++) {
      queries[i] = unit(random);
    }
  }

  /** One search. */
  @Benchmark
  public List<Match> scan() {
    return index.topK(queries[next++ % QUERIES], K);
  }

  private static float[] unit(SplittableRandom random) {
    float[] vector = new float[DIMENSION];
    double squares = 0;
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
      squares += vector[i] * vector[i];
    }
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] /= (float) Math.sqrt(squares);
    }
    return vector;
  }
}
