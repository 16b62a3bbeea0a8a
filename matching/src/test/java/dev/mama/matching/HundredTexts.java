package dev.mama.matching;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A hundred texts of any kind, and how close two vectors are. */
final class HundredTexts {

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

  private HundredTexts() {}

  static List<String> hundredTexts() {
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

  static double cosine(float[] a, float[] b) {
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
