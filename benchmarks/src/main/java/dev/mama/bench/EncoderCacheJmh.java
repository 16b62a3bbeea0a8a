package dev.mama.bench;

import dev.mama.matching.CachingEncoder;
import dev.mama.spi.SentenceEncoder;
import java.util.List;
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

/** How long does a text take whose vector is in the encoder's cache? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class EncoderCacheJmh {

  private static final int TEXTS = 1_000;
  private static final int DIMENSION = 384;

  /** Never asked while it is measured: all texts are in the cache. */
  private static final class Constant implements SentenceEncoder {
    @Override
    public String name() {
      return "constant";
    }

    @Override
    public int dimension() {
      return DIMENSION;
    }

    @Override
    public float[][] encode(List<String> texts) {
      float[][] vectors = new float[texts.size()][DIMENSION];
      for (float[] vector : vectors) {
        vector[0] = 1;
      }
      return vectors;
    }

    @Override
    public void close() {}
  }

  private List<String> texts;
  private CachingEncoder cache;
  private int next;

  /** Fills the cache. */
  @Setup
  public void fill() throws InterruptedException {
    texts = Sentences.draw(TEXTS, 42);
    cache = CachingEncoder.of(new Constant(), 16L << 20);
    var unused = cache.encode(texts);
  }

  /** One text that is known. */
  @Benchmark
  public float[] hit() throws InterruptedException {
    return cache.encode(texts.get(next++ % TEXTS));
  }
}
