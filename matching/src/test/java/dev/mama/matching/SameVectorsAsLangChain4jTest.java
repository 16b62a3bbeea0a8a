package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import dev.mama.minilm.MiniLm;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Our vectors are those of LangChain4j, which runs the same model in code of its own. */
final class SameVectorsAsLangChain4jTest {

  /** Where LangChain4j cuts: it leaves the limit of {@code tokenizer.json} as it is. */
  private static final int MAX_TOKENS = 128;

  @Test
  void encode_hundredTexts_agreesWithLangChain4j() throws Exception {
    List<String> texts = HundredTexts.hundredTexts();
    // Ours first: DJL insists on starting ONNX Runtime.
    try (var encoder =
        OnnxSentenceEncoder.open(MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MAX_TOKENS)) {
      float[][] ours = encoder.encode(texts);
      var langChain4j = new AllMiniLmL6V2EmbeddingModel();
      for (int i = 0; i < texts.size(); i++) {
        float[] theirs = langChain4j.embed(TextSegment.from(texts.get(i))).content().vector();
        assertThat(HundredTexts.cosine(ours[i], theirs))
            .as(texts.get(i))
            .isGreaterThanOrEqualTo(0.9999);
      }
    }
  }
}
