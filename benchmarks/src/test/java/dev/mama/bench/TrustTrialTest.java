package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mama.bench.TrustTrial.Outcome;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrustTrialTest {

  @Test
  void kendall_knownOrders_isTheTextbooks() {
    double[] order = {1, 2, 3, 4};
    assertThat(TrustTrial.kendall(order, new double[] {10, 20, 30, 40})).isEqualTo(1);
    assertThat(TrustTrial.kendall(order, new double[] {4, 3, 2, 1})).isEqualTo(-1);
    assertThat(TrustTrial.kendall(order, new double[] {1, 3, 2, 4}))
        .isCloseTo(4.0 / 6, within(1e-12));
    assertThat(TrustTrial.kendall(order, new double[] {1, 1, 2, 2}))
        .isCloseTo(4 / Math.sqrt(6 * 4), within(1e-12));
    assertThat(TrustTrial.kendall(order, new double[] {1, 1, 1, 1})).isZero();
  }

  @Test
  void run_sameSeed_isTheSame() {
    assertThat(new TrustTrial(TrustAttack.COLLUDE, 0.4, 7).run())
        .isEqualTo(new TrustTrial(TrustAttack.COLLUDE, 0.4, 7).run());
  }

  @Test
  void run_nobodyLies_everyMethodFindsTheOrder() {
    new TrustTrial(null, 0, 7)
        .run()
        .forEach((method, outcome) -> assertThat(outcome.tau()).as(method).isGreaterThan(0.6));
  }

  @Test
  void run_collusion_plainMeanFailsAndOursDoesNot() {
    Map<String, Outcome> outcomes = new TrustTrial(TrustAttack.COLLUDE, 0.4, 7).run();
    assertThat(outcomes)
        .hasEntrySatisfying("plain", plain -> assertThat(plain.tau()).isLessThan(0.6))
        .hasEntrySatisfying("ours", ours -> assertThat(ours.tau()).isGreaterThan(0.7));
  }
}
