package dev.mama.bench;

import dev.mama.Payload;
import java.util.List;
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

/** How long does a payload take to become JSON, and to become a record again? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class PayloadJmh {

  /** What people send: some text, some numbers, a list. */
  public record Offer(String need, String answer, double price, int days, List<String> skills) {}

  /** Length of the answer. */
  @Param({"40", "4000"})
  public int characters;

  private Offer offer;
  private byte[] json;

  /** Makes the record and its JSON. */
  @Setup
  public void make() {
    offer =
        new Offer(
            "my washing machine makes a strange noise",
            "a".repeat(characters),
            49.5,
            3,
            List.of("washing machines", "dishwashers"));
    json = Payload.of(offer).json();
  }

  /** A record to JSON. */
  @Benchmark
  public byte[] encode() {
    return Payload.of(offer).json();
  }

  /** JSON to a record. */
  @Benchmark
  public Offer decode() {
    return Payload.encoded("Offer", json).as(Offer.class);
  }
}
