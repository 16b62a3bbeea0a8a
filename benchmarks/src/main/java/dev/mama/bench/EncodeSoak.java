package dev.mama.bench;

import dev.mama.bench.Bench.Options;
import dev.mama.bench.Bench.Progress;
import dev.mama.spi.SentenceEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Does the process grow while it encodes? Resident memory over 10^5 texts per encoder, in calls of
 * 100, as a slope with its 95 % interval; the first fifth, in which pools fill, does not count.
 */
final class EncodeSoak {

  private static final int CALLS = 1_000;
  private static final int TEXTS_PER_CALL = 100;
  private static final int SAMPLE_EVERY = 10;

  /** Flat: less than 8 MB over the run. A single tensor that is not freed is 20 kB per text. */
  private static final int FLAT_BYTES = 100;

  private EncodeSoak() {}

  static List<Figure> run(Map<String, SentenceEncoder> encoders, Options options, Progress progress)
      throws InterruptedException {
    List<String> texts = Sentences.draw(10_000, options.seed());
    var figures = new ArrayList<Figure>();
    for (Map.Entry<String, SentenceEncoder> each : encoders.entrySet()) {
      String name = "soak." + each.getKey();
      SentenceEncoder encoder = each.getValue();
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
      figures.add(
          Trend.of(resident, SAMPLE_EVERY * TEXTS_PER_CALL)
              .figure(name + ".rss-per-text", "bytes")
              .atMost(FLAT_BYTES));
      figures.add(Figure.of(name + ".rss", (double) ProcessMemory.resident(), "bytes", 1));
    }
    return figures;
  }
}
