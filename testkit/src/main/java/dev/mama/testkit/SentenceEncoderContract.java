package dev.mama.testkit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mama.spi.SentenceEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link SentenceEncoder} must do. All tests share one encoder, as loading may be slow.
 *
 * <p>Confined to JUnit's thread.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
public abstract class SentenceEncoderContract {

  /** Vectors of one text may differ by this much in each place: the rounding of fp32. */
  private static final float ROUNDING = 1e-5f;

  private static final List<String> TEXTS = texts();

  private SentenceEncoder encoder;

  /** A new encoder; the contract closes it. */
  protected abstract SentenceEncoder newEncoder() throws Exception;

  @SuppressWarnings("NullAway.Init") // JUnit calls open() before any test
  protected SentenceEncoderContract() {}

  @BeforeAll
  void open() throws Exception {
    encoder = newEncoder();
  }

  @AfterAll
  void close() {
    encoder.close();
  }

  private static List<String> texts() {
    var texts = new ArrayList<String>();
    for (int i = 0; i < 40; i++) {
      texts.add("text " + i + " repeats itself".repeat(i * 7 % 13) + ", then ends");
    }
    texts.addAll(
        List.of(
            "a",
            "?!",
            "🦜🔧 parrots mend 👩‍👩‍👧 pipes",
            "水管漏水了",
            "Rør lækker, hjælp søges",
            "трубы текут",
            "line\nfeeds\tand\u0000zeros",
            "a lone surrogate \ud83d stands here",
            "far beyond any limit ".repeat(1_000)));
    return List.copyOf(texts);
  }

  @Test
  void name_isNotBlank() {
    assertThat(encoder.name()).isNotBlank();
  }

  @Test
  void encode_anyText_hasTheDimensionAndUnitLength() throws Exception {
    float[][] vectors = encoder.encode(TEXTS);
    assertThat(vectors).hasDimensions(TEXTS.size(), encoder.dimension());
    for (float[] vector : vectors) {
      assertThat(dot(vector, vector)).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void encode_batch_givesWhatEachTextGivesAlone() throws Exception {
    float[][] together = encoder.encode(TEXTS);
    assertThat(together).hasNumberOfRows(TEXTS.size());
    for (int i = 0; i < TEXTS.size(); i++) {
      assertSame(together[i], encoder.encode(TEXTS.get(i)));
    }
  }

  @Test
  void encode_textTwiceInABatch_givesTheSameVectorTwice() throws Exception {
    float[][] vectors = encoder.encode(List.of("twice", "something quite different", "twice"));
    assertSame(vectors[0], vectors[2]);
  }

  @Test
  void encode_noText_givesNoVector() throws Exception {
    assertThat(encoder.encode(List.of())).isEmpty();
  }

  @Test
  void encode_textsOfOneSubject_areCloserThanOthers() throws Exception {
    float[][] vectors =
        encoder.encode(
            List.of(
                "the water pipe in my kitchen is leaking",
                "my kitchen has a leaking water pipe",
                "she composed three symphonies for orchestra"));
    assertThat(dot(vectors[0], vectors[1])).isGreaterThan(dot(vectors[0], vectors[2]) + 0.2);
  }

  @Test
  void encode_blankText_isRefusedWithItsPosition() {
    var texts = new ArrayList<>(TEXTS);
    texts.set(23, " \n\t ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encoder.encode(texts))
        .withMessageContaining("23");
    assertThatIllegalArgumentException().isThrownBy(() -> encoder.encode(""));
  }

  @Test
  void encode_answerChangedByTheCaller_staysRightForOthers() throws Exception {
    float[] first = encoder.encode("whose array is it?");
    float[] kept = first.clone();
    first[0] = 17;
    assertSame(encoder.encode("whose array is it?"), kept);
  }

  @Test
  void encode_manyThreads_giveTheSameVectors() throws Exception {
    float[][] expected = encoder.encode(TEXTS);
    List<String> some = TEXTS.subList(0, 20);
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<float[][]>>();
      for (int i = 0; i < 8; i++) {
        answers.add(callers.submit(() -> encoder.encode(some)));
      }
      for (Future<float[][]> answer : answers) {
        float[][] vectors = answer.get(60, SECONDS);
        assertThat(vectors).hasNumberOfRows(some.size());
        for (int i = 0; i < vectors.length; i++) {
          assertSame(vectors[i], expected[i]);
        }
      }
    }
  }

  @Test
  void encode_interruptedCaller_throwsAndClearsTheFlag() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> encoder.encode(TEXTS)).isInstanceOf(InterruptedException.class);
    } finally {
      assertThat(Thread.interrupted()).as("flag after the exception").isFalse();
    }
  }

  private static void assertSame(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int d = 0; d < expected.length; d++) {
      assertThat(actual[d]).as("value %d", d).isCloseTo(expected[d], within(ROUNDING));
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (double) a[d] * b[d];
    }
    return sum;
  }
}
