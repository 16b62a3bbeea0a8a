package dev.mama.bench;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Rating;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.registry.PmlAnswer;
import dev.mama.registry.PmlDesk;
import dev.mama.registry.PmlKeys;
import dev.mama.registry.PmlLetter;
import dev.mama.registry.PmlMessage;
import dev.mama.registry.PmlWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does a message of PML take to be written as JSON, and to be read, checked and carried
 * out, in batches of a hundred, unsigned?
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class PmlJmh {

  private static final int BATCH = 100;
  private static final ExperimentId EXPERIMENT = ExperimentId.of("jmh");

  private final PmlDesk desk =
      PmlDesk.of(
          EXPERIMENT,
          InMemoryRegistry.create(),
          InMemoryTrustLedger.create(),
          PmlKeys.open(),
          Time.system());
  private final PmlWriter writer = PmlWriter.of(EXPERIMENT, "told", 1);
  private final PmlWriter untold = PmlWriter.of(EXPERIMENT, "untold", 1);
  private List<PmlMessage> messages;

  /** Registers a rater and draws up what it reports. */
  @Setup
  public void make() throws InterruptedException {
    AgentId rater = AgentId.of("rater");
    check(
        desk.take(
            writer.write(
                List.of(new PmlMessage.Register(new AgentCard(rater, "any", "rates anything"))))),
        1);
    var rating = new Rating(0.8, true, Duration.ofMillis(300));
    messages = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      messages.add(
          new PmlMessage.Report(
              new Evidence.Checked(
                  rater, AgentId.of("agent-" + i), rating, rating, Instant.now(), Trace.start())));
    }
  }

  /** A message, written. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public PmlLetter write() {
    return untold.write(messages);
  }

  /** A message, written, read, checked and carried out. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public PmlAnswer writeAndTake() throws InterruptedException {
    PmlAnswer answer = desk.take(writer.write(messages));
    check(answer, BATCH);
    return answer;
  }

  private static void check(PmlAnswer answer, int expected) {
    if (answer.accepted() != expected) {
      throw new IllegalStateException("the desk refused: " + answer.refusals());
    }
  }
}
