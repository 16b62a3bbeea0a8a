package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.minilm.MiniLm;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts nobody meant, and a platform without the libraries: an answer or a clear error. */
@Timeout(120)
final class BadInputTest {

  @Test
  void encode_oddTexts_haveAnswers() throws Exception {
    var texts = new ArrayList<>(HundredTexts.hundredTexts().subList(0, 20));
    texts.addAll(
        List.of(
            "x".repeat(1 << 20),
            "many words ".repeat(100_000),
            "tail of the alphabet \u0001\u0002\u0007\u001b[31m\u0000\ufffe\uffff",
            "\ud83d",
            "\ude00 reversed \ud83d",
            "\u202e right to left \u202c שלום عليكم",
            "\u200b\u200d\ufeff",
            "e\u0301".repeat(5_000)));
    try (var encoder = OnnxSentenceEncoderTest.miniLm()) {
      float[][] vectors = encoder.encode(texts);
      for (int i = 0; i < vectors.length; i++) {
        assertThat(HundredTexts.cosine(vectors[i], vectors[i])).as(texts.get(i)).isNotNaN();
      }
      assertThat(encoder.figures().truncated()).isGreaterThanOrEqualTo(2);
    }
  }

  /** In a JVM of its own, because a library is loaded once. */
  @ParameterizedTest
  @CsvSource({
    "-Donnxruntime.native.path=/none/at/all, has no engine: ONNX Runtime did not start",
    "-DDJL_CACHE_DIR=/dev/null/none, has no tokenizer: its native library did not start",
  })
  void open_libraryMissing_isRefusedWithTheNextStep(String option, String message)
      throws Exception {
    Process child =
        new ProcessBuilder(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                option,
                "-cp",
                System.getProperty("java.class.path"),
                Opener.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output).contains(message);
    assertThat(child.exitValue()).isEqualTo(3);
  }

  /** Opens the model; ends with 3 where that is refused as it should be. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] args) {
      try {
        OnnxSentenceEncoder.open(MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS)
            .close();
      } catch (ModelException e) {
        System.out.println(e.getMessage());
        System.exit(3);
      }
    }
  }
}
