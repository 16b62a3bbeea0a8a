package dev.mama.bench;

import dev.mama.bench.compare.LangChain4jModel;
import dev.mama.matching.OnnxSentenceEncoder;
import dev.mama.matching.Precision;
import dev.mama.matching.SentenceModel;
import dev.mama.matching.TorchSentenceEncoder;
import dev.mama.minilm.MiniLm;
import dev.mama.spi.SentenceEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How long does it take to find the five agents closest to a need nobody has asked before, how much
 * of that is the encoder, and how does it compare to LangChain4j's in-process model and store?
 * Everything is measured in turn, 25 needs by 25, on one thread.
 *
 * <p>Up to 5,000 agents have sentences of their own; beyond, their vectors are those with a little
 * noise, because encoding half a million takes longer than a bench may.
 */
final class MatchingBench implements Bench {

  private static final int ENCODED = 5_000;
  private static final int FEW = 20;

  private static final float NOISE = 0.02f;

  @Override
  public String name() {
    return "matching";
  }

  @Override
  public String question() {
    return "How long does it take to find who can help, beside the encoder alone and LangChain4j?";
  }

  @Override
  public boolean canSoak() {
    return true;
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    var fp32 = SentenceModel.of(MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS);
    var quantised =
        SentenceModel.of(
            MiniLm.INT8_NAME, MiniLm.int8Graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS);
    boolean one = options.size() == Size.SMOKE; // the smallest stands for all three
    try (var encoder = OnnxSentenceEncoder.open(one ? quantised : fp32);
        var int8 = one ? encoder : OnnxSentenceEncoder.open(quantised);
        SentenceEncoder bf16 =
            one ? encoder : TorchSentenceEncoder.open(fp32, "cpu", Precision.BF16)) {
      var encoders = new LinkedHashMap<String, SentenceEncoder>();
      encoders.put("int8", int8);
      encoders.put("bf16", bf16);
      if (options.soak()) {
        encoders.putFirst("fp32", encoder);
        return EncodeSoak.run(encoders, options, progress);
      }
      List<Figure> figures = measure(encoder, int8, bf16, options, progress);
      progress.at(0, 1, "labelled needs");
      figures.addAll(MatchQuality.run(encoder, encoders, options.seed()));
      return figures;
    }
  }

  private static List<Figure> measure(
      OnnxSentenceEncoder encoder,
      OnnxSentenceEncoder int8,
      SentenceEncoder bf16,
      Options options,
      Progress progress)
      throws InterruptedException {
    int[] sizes =
        options
            .size()
            .of(
                new int[] {10, 50, 100, 500, 1_000, ENCODED, 50_000, 500_000},
                new int[] {1_000, ENCODED},
                new int[] {FEW});
    int encoded = options.size().of(ENCODED, ENCODED, FEW);
    int block = options.size().of(25, 25, 5); // needs asked of one before the other
    int needs = options.size().of(500, 150, 2 * block);
    int warmUpRows = options.size().of(3_000_000, 3_000_000, 30_000);
    int asked = needs + needs / 2;
    int rated = options.size().of(1_000, 1_000, FEW);
    List<String> sentences = Sentences.draw(encoded + sizes.length * asked + rated, options.seed());
    var vectors = new float[encoded][];
    for (int from = 0; from < encoded; from += 250) {
      progress.at(from, encoded, "encoding agents");
      float[][] part = encoder.encode(sentences.subList(from, Math.min(encoded, from + 250)));
      System.arraycopy(part, 0, vectors, from, part.length);
    }
    var figures = new ArrayList<Figure>();
    int triads = options.size().of(8, 8, 1);
    double triad = Triad.rate(triads);
    figures.add(Figure.of("machine.triad.rate", triad, "bytes/s", triads));
    // After our encoder, which must start ONNX Runtime.
    var peer = options.size() == Size.SMOKE ? LangChain4jModel.int8() : new LangChain4jModel();
    int next = encoded;
    for (int size : sizes) {
      float[][] agents =
          size <= encoded ? vectors : noisy(vectors, size, new SplittableRandom(options.seed()));
      var run = new MatchRun(encoder, int8, peer, agents, size, warmUpRows);
      for (int i = 0; i < asked; i += block) {
        if (i == needs / 2) {
          run.forget();
        }
        progress.at(i, asked, "%,d agents".formatted(size));
        run.ask(sentences.subList(next, next + block));
        next += block;
      }
      figures.addAll(run.figures(triad));
      if (size == encoded) {
        figures.addAll(ScanDuel.run(agents, encoder.encode(sentences.subList(next - needs, next))));
      }
    }
    var rates =
        new EncodeRates(
            encoder,
            int8,
            bf16,
            peer,
            sentences.subList(next, next + rated),
            options.size(),
            options.seed());
    figures.addAll(rates.run(progress));
    return figures;
  }

  private static float[][] noisy(float[][] vectors, int size, SplittableRandom random) {
    var all = new float[size][];
    for (int i = 0; i < size; i++) {
      all[i] = noisy(vectors[i % vectors.length], random);
    }
    return all;
  }

  /** A vector near {@code vector}, of unit length. */
  static float[] noisy(float[] vector, SplittableRandom random) {
    float[] near = vector.clone();
    double squares = 0;
    for (int d = 0; d < near.length; d++) {
      near[d] += NOISE * (random.nextFloat() - 0.5f);
      squares += near[d] * near[d];
    }
    float scale = (float) (1 / Math.sqrt(squares));
    for (int d = 0; d < near.length; d++) {
      near[d] *= scale;
    }
    return near;
  }
}
