package dev.mama.bench;

import dev.mama.bench.Bench.Progress;
import dev.mama.bench.compare.LangChain4jModel;
import dev.mama.matching.CachingEncoder;
import dev.mama.matching.EncoderFigures;
import dev.mama.matching.OnnxSentenceEncoder;
import dev.mama.spi.SentenceEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many short texts a second are encoded, by size of the call, by callers, with a cache, and
 * beside LangChain4j's model; all in turn, round by round.
 */
final class EncodeRates {

  /** Multiplications and additions of a token in six layers of width 384 (4·384² + 8·384²). */
  private static final double FLOPS_PER_TOKEN = 2.0 * 12 * 384 * 384 * 6;

  private final OnnxSentenceEncoder encoder;
  private final SentenceEncoder int8;
  private final SentenceEncoder bf16;
  private final LangChain4jModel peer;
  private final List<String> texts;
  private final Size size;
  private final long seed;

  EncodeRates(
      OnnxSentenceEncoder encoder,
      SentenceEncoder int8,
      SentenceEncoder bf16,
      LangChain4jModel peer,
      List<String> texts,
      Size size,
      long seed) {
    this.encoder = encoder;
    this.int8 = int8;
    this.bf16 = bf16;
    this.peer = peer;
    this.texts = texts;
    this.size = size;
    this.seed = seed;
  }

  List<Figure> run(Progress progress) throws InterruptedException {
    var figures = new ArrayList<Figure>();
    int rounds = size.of(7, 3, 1);
    for (int batch :
        size.of(new int[] {1, 10, 50, 100, 500}, new int[] {1, 100}, new int[] {1, 10})) {
      progress.at(0, 1, "encoding calls of " + batch);
      figures.add(calls(encoder, batch, rounds, "encode." + batch + ".rate"));
    }
    figures.add(calls(int8, 1, rounds, "encode.1.int8.rate"));
    figures.add(calls(bf16, 1, rounds, "encode.1.bf16.rate"));
    figures.addAll(all(progress, rounds));
    figures.add(callers(rounds));
    progress.at(1, 1, "repeated texts");
    figures.addAll(zipf());
    return figures;
  }

  private Figure calls(SentenceEncoder with, int batch, int rounds, String name)
      throws InterruptedException {
    int calls = Math.max(1, size.of(500, 100, 10) / batch);
    var times = new Samples();
    for (int round = 0; round < rounds; round++) {
      long start = System.nanoTime();
      for (int call = 0; call < calls; call++) {
        with.encode(texts.subList(call * batch, (call + 1) * batch));
      }
      times.add(System.nanoTime() - start);
    }
    return times.rate(name, (double) calls * batch);
  }

  private List<Figure> all(Progress progress, int rounds) throws InterruptedException {
    String name = "encode." + texts.size();
    var ours = new Samples();
    var rough = new Samples();
    var half = new Samples();
    var theirs = new Samples();
    int multiplied = size.of(4, 4, 1);
    int products = size.of(200, 200, 5);
    double sgemm = Sgemm.rate(multiplied, products);
    EncoderFigures before = encoder.figures();
    for (int round = 0; round < rounds; round++) {
      progress.at(round, rounds, "encoding calls of %,d".formatted(texts.size()));
      ours.add(time(encoder, texts));
      rough.add(time(int8, texts));
      half.add(time(bf16, texts));
      long start = System.nanoTime();
      peer.encodeAll(texts);
      theirs.add(System.nanoTime() - start);
    }
    EncoderFigures after = encoder.figures();
    double rate = texts.size() * 1e9 / ours.quantile(0.5);
    // Before and after: what the machine can, undisturbed.
    sgemm = Math.max(sgemm, Sgemm.rate(multiplied, products));
    double tokens = (double) (after.tokens() - before.tokens()) / (after.texts() - before.texts());
    double flops = rate * tokens * FLOPS_PER_TOKEN;
    var figures = new ArrayList<Figure>();
    figures.add(ours.rate(name + ".rate", texts.size()));
    figures.add(rough.rate(name + ".int8.rate", texts.size()));
    figures.add(half.rate(name + ".bf16.rate", texts.size()));
    figures.add(theirs.rate(name + ".langchain4j.rate", texts.size()));
    figures.add(theirs.over(ours, name + ".over-langchain4j").atLeast(1.8));
    figures.add(theirs.over(rough, name + ".reduced.over-langchain4j").atLeast(4));
    figures.add(theirs.over(half, name + ".bf16.over-langchain4j"));
    figures.add(Figure.of("machine.sgemm.rate", sgemm, "flop/s", 2L * multiplied));
    figures.add(Figure.of(name + ".bound.rate", sgemm / (tokens * FLOPS_PER_TOKEN), "1/s", 4));
    figures.add(Figure.of(name + ".sgemm-share", flops / sgemm, "share", rounds).atLeast(0.75));
    long encoded = after.texts() - before.texts();
    figures.add(
        Figure.of(
            name + ".tokenize-share",
            (double) (after.tokenizeNanos() - before.tokenizeNanos())
                / (after.tokenizeNanos()
                    - before.tokenizeNanos()
                    + after.runNanos()
                    - before.runNanos()),
            "share",
            encoded));
    figures.add(Figure.of("encode.rss", (double) ProcessMemory.resident(), "bytes", 1));
    return figures;
  }

  private static long time(SentenceEncoder encoder, List<String> texts)
      throws InterruptedException {
    long start = System.nanoTime();
    encoder.encode(texts);
    return System.nanoTime() - start;
  }

  /** Eight callers, each with one text at a time. */
  private Figure callers(int rounds) throws InterruptedException {
    int each = size.of(100, 25, 1);
    var times = new Samples();
    for (int round = 0; round < rounds; round++) {
      long start = System.nanoTime();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var callers = new ArrayList<Future<?>>();
        var next = new AtomicInteger();
        for (int caller = 0; caller < 8; caller++) {
          callers.add(
              threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                  encoder.encode(texts.get(next.getAndIncrement() % texts.size()));
                }
                return null;
              }));
        }
        for (Future<?> caller : callers) {
          caller.get();
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("a caller failed", e.getCause());
      }
      times.add(System.nanoTime() - start);
    }
    return times.rate("encode.callers8.rate", 8.0 * each);
  }

  /** Texts asked for as often as words are used: the i-th most frequent i times more rarely. */
  private List<Figure> zipf() throws InterruptedException {
    int different = texts.size();
    int asked = size.of(10_000, 2_000, 50);
    double[] upTo = new double[different];
    double sum = 0;
    for (int i = 0; i < different; i++) {
      sum += 1.0 / (i + 1);
      upTo[i] = sum;
    }
    var random = new SplittableRandom(seed);
    try (var cache = CachingEncoder.of(encoder, 64L << 20)) {
      long start = System.nanoTime();
      for (int i = 0; i < asked; i++) {
        int found = Arrays.binarySearch(upTo, random.nextDouble(sum));
        cache.encode(texts.get(found < 0 ? Math.min(-found - 1, different - 1) : found));
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      return List.of(
          Figure.of("encode.zipf.rate", asked / seconds, "1/s", asked),
          Figure.of(
              "encode.zipf.known", (double) cache.figures().inMemory() / asked, "share", asked));
    }
  }
}
