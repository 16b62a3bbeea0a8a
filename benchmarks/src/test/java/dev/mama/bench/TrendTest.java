package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TrendTest {

  @Test
  void of_straightLine_hasItsSlopeWithoutDoubt() {
    var trend = Trend.of(List.of(1.0, 3.0, 5.0, 7.0, 9.0), 10);
    assertThat(trend.slope()).isCloseTo(0.2, within(1e-12));
    assertThat(trend.low()).isCloseTo(0.2, within(1e-12));
    assertThat(trend.high()).isCloseTo(0.2, within(1e-12));
    assertThat(trend.mean()).isEqualTo(5);
  }

  @Test
  void of_twoMeasurements_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Trend.of(List.of(1.0, 2.0), 1))
        .withMessageContaining("at least 3 measurements");
  }

  @Test
  void of_onePlace_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Trend.of(new double[] {1, 1, 1}, new double[] {1, 2, 3}))
        .withMessageContaining("are of one place");
  }

  /** With independent errors taken for granted, half of the intervals would miss. */
  @Test
  void of_noiseThatIsLikeItsNeighbours_hasItsSlopeInTheInterval() {
    int held = 0;
    int series = 400;
    for (int seed = 0; seed < series; seed++) {
      var random = new SplittableRandom(seed);
      List<Double> values = new ArrayList<>();
      double value = 0;
      for (int i = 0; i < 200; i++) {
        value = 0.7 * value + random.nextGaussian();
        values.add(value + 0.01 * i);
      }
      var trend = Trend.of(values, 1);
      held += trend.low() <= 0.01 && 0.01 <= trend.high() ? 1 : 0;
    }
    assertThat(held).isGreaterThan((int) (0.9 * series));
  }
}
