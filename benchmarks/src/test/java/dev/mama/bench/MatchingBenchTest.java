package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mama.testkit.HashingEncoder;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The parts of the matching bench that need no model, once each. */
final class MatchingBenchTest {

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
            "quality.ndcg-at-5");
    for (Figure figure : figures) {
      assertThat(figure.value()).as(figure.name()).isBetween(0.0, 1.0001);
    }
    // The same encoder twice: nothing is lost.
    assertThat(byName.get("quality.int8.overlap-at-5")).isCloseTo(1, within(1e-9));
    assertThat(byName.get("quality.mrr"))
        .isEqualTo(byName.get("quality.int8.mrr"))
        .isBetween(0.01, 0.99);
  }

  @Test
  void triad_movesBytes() {
    assertThat(Triad.rate()).isGreaterThan(1e8);
  }

  @Test
  void resident_isWhatAJvmHoldsAtLeast() {
    assertThat(ProcessMemory.resident())
        .satisfiesAnyOf(
            bytes -> assertThat(bytes).isEqualTo(-1),
            bytes -> assertThat(bytes).isGreaterThan(1 << 24));
  }
}
