package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mama.bench.Growth.Point;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class GrowthTest {

  @Test
  void of_aPowerLaw_isItsExponent_withoutMargin() {
    var growth = Growth.of(List.of(new Point(10, 3), new Point(100, 30), new Point(1_000, 300)));
    assertThat(growth.exponent()).isCloseTo(1, within(1e-12));
    assertThat(growth.margin()).isCloseTo(0, within(1e-6));
  }

  /** By hand: slope 1/2; residues 1/6, -1/3, 1/6; t of one degree 12.706. */
  @Test
  void of_scatteredPoints_hasStudentsInterval() {
    var growth =
        Growth.of(List.of(new Point(1, 1), new Point(Math.E, 1), new Point(Math.exp(2), Math.E)));
    assertThat(growth.exponent()).isCloseTo(0.5, within(1e-12));
    assertThat(growth.margin()).isCloseTo(12.706 * Math.sqrt(1.0 / 6 / 2), within(1e-9));
    Figure figure = growth.figure("x");
    assertThat(Objects.requireNonNull(figure.high()) - figure.value())
        .isCloseTo(growth.margin(), within(1e-12));
  }

  @Test
  void of_twoPoints_hasNoInterval() {
    var growth = Growth.of(List.of(new Point(1, 1), new Point(2, 4)));
    assertThat(growth.exponent()).isCloseTo(2, within(1e-12));
    assertThat(growth.figure("x").low()).isNull();
  }

  @Test
  void of_whatIsNoLine_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Growth.of(List.of(new Point(1, 1), new Point(1, 2))))
        .withMessageContaining("no line");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Growth.of(List.of(new Point(1, 1), new Point(2, 0))))
        .withMessageContaining("must be positive");
  }
}
