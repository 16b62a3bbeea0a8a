package dev.mama.bench;

import dev.mama.bench.Bench.Progress;
import dev.mama.bench.compare.LangChain4jMatching;
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
  private final List<String> texts;
  private final boolean quick;
  private final long seed;

  EncodeRates(
      OnnxSentenceEncoder encoder,
      SentenceEncoder int8,
      SentenceEncoder bf16,
      List<String> texts,
      boolean quick,
      long seed) {
    this.encoder = encoder;
    this.int8 = int8;
    this.bf16 = bf16;
    this.texts = texts;
    this.quick = quick;
    this.seed = seed;
  }

  List<Figure> run(Progress progress) throws InterruptedException {
    var figures = new ArrayList<Figure>();
    int rounds = quick ? 3 : 7;
    for (int batch : quick ? new int[] {1, 100} : new int[] {1, 10, 50, 100, 500}) {
      progress.at(0, 1, "encoding calls of " + batch);
      figures.add(calls(encoder, batch, rounds, "encode." + batch + ".rate"));
    }
    figures.add(calls(int8, 1, rounds, "encode.1.int8.rate"));
    figures.add(calls(bf16, 1, rounds, "encode.1.bf16.rate"));
    figures.addAll(thousand(progress, rounds));
    figures.add(callers(rounds));
    progress.at(1, 1, "repeated texts");
    figures.addAll(zipf());
    return figures;
  }

  private Figure calls(SentenceEncoder with, int batch, int rounds, String name)
      throws InterruptedException {
    int calls = Math.max(1, (quick ? 100 : 500) / batch);
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

  private List<Figure> thousand(Progress progress, int rounds) throws InterruptedException {
    List<String> thousand = texts.subList(0, 1_000);
    var peer = new LangChain4jMatching();
    var ours = new Samples();
    var rough = new Samples();
    var half = new Samples();
    var theirs = new Samples();
    double sgemm = Sgemm.rate();
    EncoderFigures before = encoder.figures();
    for (int round = 0; round < rounds; round++) {
      progress.at(round, rounds, "encoding calls of 1,000");
      ours.add(time(encoder, thousand));
      rough.add(time(int8, thousand));
      half.add(time(bf16, thousand));
      long start = System.nanoTime();
      peer.encodeAll(thousand);
      theirs.add(System.nanoTime() - start);
    }
    EncoderFigures after = encoder.figures();
    double rate = 1_000e9 / ours.quantile(0.5);
    sgemm = Math.max(sgemm, Sgemm.rate()); // before and after: what the machine can, undisturbed
    double tokens = (double) (after.tokens() - before.tokens()) / (after.texts() - before.texts());
    double flops = rate * tokens * FLOPS_PER_TOKEN;
    var figures = new ArrayList<Figure>();
    figures.add(ours.rate("encode.1000.rate", 1_000));
    figures.add(rough.rate("encode.1000.int8.rate", 1_000));
    figures.add(half.rate("encode.1000.bf16.rate", 1_000));
    figures.add(theirs.rate("encode.1000.langchain4j.rate", 1_000));
    figures.add(theirs.over(ours, "encode.1000.over-langchain4j").atLeast(1.8));
    figures.add(theirs.over(rough, "encode.1000.reduced.over-langchain4j").atLeast(4));
    figures.add(theirs.over(half, "encode.1000.bf16.over-langchain4j"));
    figures.add(Figure.of("machine.sgemm.rate", sgemm, "flop/s", 8));
    figures.add(Figure.of("encode.1000.bound.rate", sgemm / (tokens * FLOPS_PER_TOKEN), "1/s", 4));
    figures.add(Figure.of("encode.1000.sgemm-share", flops / sgemm, "share", rounds).atLeast(0.75));
    long texts = after.texts() - before.texts();
    figures.add(
        Figure.of(
            "encode.1000.tokenize-share",
            (double) (after.tokenizeNanos() - before.tokenizeNanos())
                / (after.tokenizeNanos()
                    - before.tokenizeNanos()
                    + after.runNanos()
                    - before.runNanos()),
            "share",
            texts));
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
    int each = quick ? 25 : 100;
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
    int different = 1_000;
    int asked = quick ? 2_000 : 10_000;
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
