package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import dev.mama.minilm.MiniLm;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Our vectors are those of LangChain4j, which runs the same model in code of its own. */
final class SameVectorsAsLangChain4jTest {

  /** Where LangChain4j cuts: it leaves the limit of {@code tokenizer.json} as it is. */
  private static final int MAX_TOKENS = 128;

  private static final List<String> WORDS =
      List.of(
              "the pipe under my sink drips and nobody answers a letter from court on Friday which"
                  .split(" "),
              "tomatoes turn yellow while 3,141 invoices wait, unpaid; who's able to read Sanskrit?"
                  .split(" "))
          .stream()
          .flatMap(Stream::of)
          .toList();

  private static final List<String> ODD_ONES =
      List.of(
          "a",
          "?!",
          "🦜🔧 the parrot mends a pipe 👩‍👩‍👧",
          "😀",
          "水管漏水了，谁能帮忙",
          "水道管から水が漏れています",
          "трубы текут, помогите",
          "الأنبوب يتسرب",
          "צינור דולף",
          "Rør lækker på Østerbro, hjælp søges",
          "naïve café résumé ĲSSEL ß ﬁ",
          "E = mc² ≤ ∞",
          "https://example.org/a?b=c&d=%20 and x@y.example",
          "antidisestablishmentarianism Donaudampfschifffahrtsgesellschaft",
          "line\nfeeds,\ttabs  and   spaces ",
          "for (int i = 0; i < n; i++) { sum += a[i] * b[i]; }",
          "UPPER lower MiXeD",
          "[CLS] a text that names special tokens [SEP]",
          "beyond the limit ".repeat(200),
          "Überlänge: ".repeat(300));

  @Test
  void encode_hundredTexts_agreesWithLangChain4j() throws Exception {
    List<String> texts = hundredTexts();
    // Ours first: DJL insists on starting ONNX Runtime.
    try (var encoder =
        OnnxSentenceEncoder.open(MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MAX_TOKENS)) {
      float[][] ours = encoder.encode(texts);
      var langChain4j = new AllMiniLmL6V2EmbeddingModel();
      for (int i = 0; i < texts.size(); i++) {
        float[] theirs = langChain4j.embed(TextSegment.from(texts.get(i))).content().vector();
        assertThat(cosine(ours[i], theirs)).as(texts.get(i)).isGreaterThanOrEqualTo(0.9999);
      }
    }
  }

  private static List<String> hundredTexts() {
    var random = new Random(42);
    var texts = new ArrayList<>(ODD_ONES);
    for (int length = 1; texts.size() < 100; length++) {
      texts.add(
          random
              .ints(length, 0, WORDS.size())
              .mapToObj(WORDS::get)
              .collect(Collectors.joining(" ")));
    }
    return texts;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int d = 0; d < a.length; d++) {
      dot += (double) a[d] * b[d];
      aa += (double) a[d] * a[d];
      bb += (double) b[d] * b[d];
    }
    return dot / Math.sqrt(aa * bb);
  }
}
