package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyBenchTest extends SmokeContract {

  PolicyBenchTest() {
    super(
        new PolicyBench(),
        "policy.single.micros <= 5",
        "policy.batch.rate >= 1000000",
        "policy.over-tuned-rule.low >= 0",
        "policy.over-linucb.low >= 0",
        "policy.share-of-informed >= 0.1");
  }

  @Test
  void contest_hasEveryContender_andDifferencesAreThoseOfTheMeans() {
    for (String name :
        List.of(
            "learned",
            "random",
            "top-similarity",
            "greedy-trust",
            "report-score",
            "power-of-two",
            "c3",
            "tuned-rule",
            "linucb",
            "informed")) {
      assertThat(drifting(name + ".success")).isBetween(0.0, 1.0);
      assertThat(drifting(name + ".latency")).isPositive();
    }
    assertThat(drifting("over-tuned-rule"))
        .isCloseTo(drifting("learned.reward") - drifting("tuned-rule.reward"), within(1e-9));
    assertThat(drifting("over-linucb"))
        .isCloseTo(drifting("learned.reward") - drifting("linucb.reward"), within(1e-9));
    assertThat(drifting("informed.reward")).isGreaterThan(drifting("random.reward"));
  }

  private double drifting(String name) {
    return value("policy.drifting." + name);
  }

  /** Student's t of three degrees of freedom is 3.182; the deviation of 1 to 4 is 1.291. */
  @Test
  void mean_hasStudentsInterval() {
    Figure figure = PairedSample.mean("x", "reward", new double[] {1, 2, 3, 4});
    assertThat(figure.value()).isEqualTo(2.5);
    assertThat(figure.low()).isCloseTo(2.5 - 3.182 * 1.29099 / 2, within(1e-4));
    assertThat(figure.high()).isCloseTo(2.5 + 3.182 * 1.29099 / 2, within(1e-4));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PairedSample.differences(new double[2], new double[3]));
  }
}
