package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SamplesTest {

  private static Samples of(long... nanos) {
    var samples = new Samples();
    for (long value : nanos) {
      samples.add(value);
    }
    return samples;
  }

  @Test
  void quantile_ofOneToHundred_isTheNearestRank() {
    var samples = new Samples();
    for (int i = 100; i >= 1; i--) {
      samples.add(i);
    }
    assertThat(samples.quantile(0.5)).isEqualTo(50);
    assertThat(samples.quantile(0.95)).isEqualTo(95);
    assertThat(samples.quantile(1)).isEqualTo(100);
  }

  @Test
  void quantile_ofNone_isZero() {
    assertThat(of().quantile(0.5)).isZero();
  }

  @Test
  void add_manyValues_keepsAll() {
    var samples = new Samples();
    for (int i = 0; i < 5_000; i++) {
      samples.add(i);
    }
    assertThat(samples.size()).isEqualTo(5_000);
    assertThat(samples.quantile(1)).isEqualTo(4_999);
  }

  @Test
  void all_ofParts_isEveryMeasurement() {
    var all = Samples.all(List.of(of(3, 1), of(), of(2)));
    assertThat(all.size()).isEqualTo(3);
    assertThat(all.quantile(0.5)).isEqualTo(2);
  }

  @Test
  void summary_saysWhatThereIs() {
    List<Figure> figures =
        of(2_000, 4_000, 4_000, 4_000, 5_000, 5_000, 7_000, 9_000).summary("x", "us");
    assertThat(figures)
        .extracting(Figure::name)
        .containsExactly("x.mean", "x.sd", "x.min", "x.p50", "x.p95", "x.p99", "x.max");
    assertThat(figures).allSatisfy(figure -> assertThat(figure.samples()).isEqualTo(8));
    assertThat(figures.get(0).value()).isEqualTo(5);
    assertThat(figures.get(1).value()).isCloseTo(Math.sqrt(32.0 / 7), within(1e-12));
    assertThat(figures.get(2).value()).isEqualTo(2);
    assertThat(figures.get(3).value()).isEqualTo(4);
    assertThat(Objects.requireNonNull(figures.get(3).low())).isBetween(2.0, 4.0);
    assertThat(Objects.requireNonNull(figures.get(3).high())).isBetween(5.0, 9.0);
    assertThat(figures.get(6).value()).isEqualTo(9);
  }

  @Test
  void summary_ofNone_orInAnotherUnit_isRefused() {
    assertThatThrownBy(() -> of().summary("x", "us")).hasMessageContaining("no measurements");
    assertThatThrownBy(() -> of(1).summary("x", "days")).hasMessageContaining("unit 'days'");
  }

  @Test
  void over_halfOfTheOther_isAboutOneHalfWithItsInterval() {
    var mine = new Samples();
    var theirs = new Samples();
    for (int i = 0; i < 200; i++) {
      mine.add(1_000 + i);
      theirs.add(2L * (1_000 + i));
    }
    Figure ratio = mine.over(theirs, "ratio");
    assertThat(ratio.value()).isEqualTo(0.5);
    assertThat(Objects.requireNonNull(ratio.low())).isEqualTo(0.5);
    assertThat(Objects.requireNonNull(ratio.high())).isEqualTo(0.5);
    assertThat(mine.over(theirs, "ratio")).as("the bootstrap is seeded").isEqualTo(ratio);
  }

  @Test
  void over_notPaired_isRefused() {
    assertThatThrownBy(() -> of(1, 2).over(of(1), "ratio"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be paired");
  }

  @Test
  void goals_sayWhetherTheyAreMet() {
    assertThat(Figure.of("f", 1.05, "ratio", 1).atMost(1.1).met()).isTrue();
    assertThat(Figure.of("f", 1.15, "ratio", 1).atMost(1.1).met()).isFalse();
    assertThat(Figure.of("f", 30, "count", 1).exactly(30).goal()).isEqualTo("== 30");
    assertThat(Figure.of("f", 0.8, "share", 1).atLeast(0.9).met()).isFalse();
  }

  @Test
  void sentences_areUniqueAndFollowTheSeed() {
    var drawn = Sentences.draw(5_000, 42);
    assertThat(drawn).doesNotHaveDuplicates().hasSize(5_000).isEqualTo(Sentences.draw(5_000, 42));
    assertThat(Sentences.draw(10, 43)).isNotEqualTo(Sentences.draw(10, 42));
  }
}
