package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.minilm.MiniLm;
import dev.mama.spi.SentenceEncoder;
import dev.mama.testkit.SentenceEncoderContract;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The int8 graph keeps the contract too: a text's vector is the same alone and in a batch. */
final class Int8SentenceEncoderTest extends SentenceEncoderContract {

  private static OnnxSentenceEncoder int8() {
    return OnnxSentenceEncoder.open(
        MiniLm.INT8_NAME, MiniLm.int8Graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS);
  }

  @Override
  protected SentenceEncoder newEncoder() {
    return int8();
  }

  @Test
  void encode_int8_isCloseToFp32AndRunsTextByText() throws Exception {
    List<String> texts =
        List.of(
            "my kitchen has a leaking water pipe", "who reads Sanskrit?", "a goat ate the hedge");
    try (var exact = OnnxSentenceEncoderTest.miniLm();
        var rough = int8()) {
      float[][] expected = exact.encode(texts);
      float[][] actual = rough.encode(texts);
      for (int i = 0; i < actual.length; i++) {
        double cosine = 0;
        for (int d = 0; d < actual[i].length; d++) {
          cosine += (double) actual[i][d] * expected[i][d];
        }
        assertThat(cosine).as(texts.get(i)).isBetween(0.96, 0.99999);
      }
      assertThat(rough.figures().batches()).isEqualTo(3);
    }
  }
}
