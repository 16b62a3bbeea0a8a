package dev.mama.testkit;

import dev.mama.spi.SentenceEncoder;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A fake encoder: it knows no meanings, only spellings.
 *
 * <p>Every word and every run of three characters counts one at a place that its hash chooses
 * (feature hashing, Weinberger et al., 2009), and the counts are scaled to unit length. Texts that
 * share words are close; synonyms are not. Cosines are never negative. It needs no model and no
 * threads: it works on the caller's.
 *
 * <p>Thread-safe.
 */
public final class HashingEncoder implements SentenceEncoder {

  private static final Pattern GAP = Pattern.compile("[\\s\\p{Punct}]+");
  private static final int DIMENSION = 384;
  private static final int WORD_WEIGHT = 3;

  @Override
  public String name() {
    return "hashed words and trigrams (a fake)";
  }

  @Override
  public int dimension() {
    return DIMENSION;
  }

  @Override
  public float[][] encode(List<String> texts) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before encoding");
    }
    var vectors = new float[texts.size()][];
    for (int i = 0; i < vectors.length; i++) {
      if (texts.get(i).isBlank()) {
        throw new IllegalArgumentException(
            "text %d of %d is blank; a text to encode must say something"
                .formatted(i, vectors.length));
      }
      vectors[i] = vector(texts.get(i));
    }
    return vectors;
  }

  private static float[] vector(String text) {
    var vector = new float[DIMENSION];
    String padded = " " + text.toLowerCase(Locale.ROOT) + " ";
    GAP.splitAsStream(padded)
        .filter(word -> !word.isEmpty())
        .forEach(word -> count(vector, word, WORD_WEIGHT));
    for (int i = 0; i + 3 <= padded.length(); i++) {
      count(vector, padded.substring(i, i + 3), 1);
    }
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] /= (float) Math.sqrt(square);
    }
    return vector;
  }

  private static void count(float[] vector, String feature, int weight) {
    int mixed = feature.hashCode() * 0x9E3779B9; // neighbours in spelling land far apart
    vector[Math.floorMod(mixed ^ (mixed >>> 15), DIMENSION)] += weight;
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}
