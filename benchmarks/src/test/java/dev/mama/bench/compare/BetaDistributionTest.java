package dev.mama.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BetaDistributionTest {

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 0.3, 0.5, 0.77, 0.99, 1})
  void below_wholeParameters_isTheBinomialSum(double x) {
    double y = 1 - x;
    assertThat(BetaDistribution.below(x, 1, 1)).isCloseTo(x, within(1e-9));
    assertThat(BetaDistribution.below(x, 2, 1)).isCloseTo(x * x, within(1e-9));
    assertThat(BetaDistribution.below(x, 1, 5)).isCloseTo(1 - Math.pow(y, 5), within(1e-9));
    assertThat(BetaDistribution.below(x, 3, 2))
        .isCloseTo(4 * Math.pow(x, 3) * y + Math.pow(x, 4), within(1e-9));
  }
}
