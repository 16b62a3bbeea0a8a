package dev.mama.bench;

import dev.mama.bench.Bench.Options;
import dev.mama.bench.Bench.Progress;
import dev.mama.matching.OnnxSentenceEncoder;
import java.util.ArrayList;
import java.util.List;

/**
 * Does the process grow while it encodes? Resident memory over 10^5 texts per encoder, in calls of
 * 100, as a slope with its 95 % interval; the first fifth, in which pools fill, does not count.
 */
final class EncodeSoak {

  private static final int CALLS = 1_000;
  private static final int TEXTS_PER_CALL = 100;
  private static final int SAMPLE_EVERY = 10;

  private EncodeSoak() {}

  static List<Figure> run(List<OnnxSentenceEncoder> encoders, Options options, Progress progress)
      throws InterruptedException {
    List<String> texts = Sentences.draw(10_000, options.seed());
    var figures = new ArrayList<Figure>();
    for (OnnxSentenceEncoder encoder : encoders) {
      String name = encoder.name().contains("int8") ? "soak.int8" : "soak.fp32";
      var resident = new ArrayList<Double>();
      for (int call = 0; call < CALLS; call++) {
        int from = call * TEXTS_PER_CALL % texts.size();
        encoder.encode(texts.subList(from, from + TEXTS_PER_CALL));
        if (call % SAMPLE_EVERY == 0) {
          progress.at(call, CALLS, name);
          if (call >= CALLS / 5) {
            resident.add((double) ProcessMemory.resident());
          }
        }
      }
      figures.add(slope(name + ".rss-per-text", resident, SAMPLE_EVERY * TEXTS_PER_CALL));
      figures.add(Figure.of(name + ".rss", (double) ProcessMemory.resident(), "bytes", 1));
    }
    return figures;
  }

  /** Least squares over the samples; the interval takes their errors as independent. */
  private static Figure slope(String name, List<Double> values, double step) {
    int n = values.size();
    double meanX = (n - 1) / 2.0;
    double meanY = values.stream().mapToDouble(y -> y).average().orElseThrow();
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < n; i++) {
      xx += (i - meanX) * (i - meanX);
      xy += (i - meanX) * (values.get(i) - meanY);
    }
    double slope = xy / xx;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double error = values.get(i) - meanY - slope * (i - meanX);
      squares += error * error;
    }
    double margin = 1.99 * Math.sqrt(squares / (n - 2) / xx);
    return Figure.of(name, slope / step, "bytes", n)
        .interval((slope - margin) / step, (slope + margin) / step);
  }
}
