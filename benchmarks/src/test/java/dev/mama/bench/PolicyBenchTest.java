package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mama.marl.ActionShape;
import dev.mama.marl.LearnedPolicy;
import dev.mama.marl.WorldSettings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The contest at a size that says little about policies. */
class PolicyBenchTest {

  @Test
  void contest_hasEveryContender_andDifferencesAreThoseOfTheMeans() throws Exception {
    Bench.Progress progress = (done, of, step) -> assertThat(done).isBetween(0L, of);
    List<Figure> figures =
        PolicyContest.tuned(ActionShape.CANDIDATES, 24, 1, 1, progress)
            .run(
                "policy",
                WorldSettings.named("bandit"),
                1,
                3,
                Map.of("learned", LearnedPolicy.shipped()),
                progress);
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
      assertThat(value(figures, name + ".success")).isBetween(0.0, 1.0);
      assertThat(value(figures, name + ".latency")).isPositive();
    }
    assertThat(value(figures, "over-tuned-rule"))
        .isCloseTo(
            value(figures, "learned.reward") - value(figures, "tuned-rule.reward"), within(1e-9));
    assertThat(value(figures, "over-linucb"))
        .isCloseTo(
            value(figures, "learned.reward") - value(figures, "linucb.reward"), within(1e-9));
    assertThat(value(figures, "informed.reward")).isGreaterThan(value(figures, "random.reward"));
  }

  private static double value(List<Figure> figures, String name) {
    return figures.stream()
        .filter(it -> it.name().equals("policy.bandit." + name))
        .mapToDouble(Figure::value)
        .findFirst()
        .orElseThrow();
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
