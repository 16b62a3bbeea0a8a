package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mama.testkit.HashingEncoder;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class MatchingBenchTest extends SmokeContract {

  MatchingBenchTest() {
    super(
        new MatchingBench(),
        "scan.20.over-langchain4j <= 0.05",
        "scan.20.scalar.over-langchain4j <= 0.1667",
        "encode.20.over-langchain4j >= 1.8",
        "encode.20.reduced.over-langchain4j >= 4",
        "encode.20.sgemm-share >= 0.75",
        "quality.int8.cosine.mean >= 0.99",
        "quality.bf16.cosine.mean >= 0.99");
  }

  @Test
  void quality_anyEncoder_givesSharesWithTheirIntervals() throws Exception {
    var encoder = new HashingEncoder();
    List<Figure> figures = MatchQuality.run(encoder, Map.of("int8", encoder), 42);
    var byName = figures.stream().collect(Collectors.toMap(Figure::name, Figure::value));
    assertThat(byName)
        .containsKeys(
            "quality.accuracy-at-1",
            "quality.int8.mrr",
            "quality.hybrid.first-skill",
            "quality.hybrid.published.first-skill",
            "quality.hybrid.policy.first-skill",
            "quality.ndcg-at-5");
    for (Figure figure : figures) {
      assertThat(figure.value()).as(figure.name()).isBetween(0.0, 1.0001);
    }
    // What is earned tells more of skill than likeness does, more so the more it weighs.
    assertThat(byName.get("quality.hybrid.first-skill"))
        .isNotEqualTo(byName.get("quality.first-skill"));
    // The same encoder twice: nothing is lost.
    assertThat(byName.get("quality.int8.overlap-at-5")).isCloseTo(1, within(1e-9));
    assertThat(byName.get("quality.mrr"))
        .isEqualTo(byName.get("quality.int8.mrr"))
        .isBetween(0.01, 0.99);
  }

  @Test
  void triad_movesBytes() {
    assertThat(Triad.rate(8)).isGreaterThan(1e8);
  }

  @Test
  void resident_isWhatAJvmHoldsAtLeast() {
    assertThat(ProcessMemory.resident())
        .satisfiesAnyOf(
            bytes -> assertThat(bytes).isEqualTo(-1),
            bytes -> assertThat(bytes).isGreaterThan(1 << 24));
  }
}
