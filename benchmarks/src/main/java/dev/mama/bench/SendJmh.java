package dev.mama.bench;

import dev.mama.bench.compare.PekkoHost;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How long does a message take between two agents, alone and beside other pairs? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class SendJmh {

  private static final int MESSAGES = 10_000;

  /** Who carries it. */
  @Param({"mama", "pekko"})
  public String host;

  /** Pairs that pass messages at once. */
  @Param({"1", "8"})
  public int pairs;

  private PingPong pingPong;

  /** Starts the agents. */
  @Setup
  public void start() throws InterruptedException {
    pingPong = new PingPong(host.equals("mama") ? MamaHost::start : PekkoHost::start, pairs);
  }

  /** Time per message, of all pairs together. */
  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public long send() throws InterruptedException {
    return pingPong.run(MESSAGES / pairs);
  }

  /** Stops them. */
  @TearDown
  public void stop() {
    pingPong.close();
  }
}
