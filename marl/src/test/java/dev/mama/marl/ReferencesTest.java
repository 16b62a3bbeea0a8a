package dev.mama.marl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReferencesTest {

  private static final WorldSettings STATIONARY = WorldSettings.named("stationary");
  private static final WorldSettings BANDIT = WorldSettings.named("bandit");

  @Test
  void invert_timesTheMatrix_isOne() {
    double[][] matrix = {{4, 1, 0.5}, {1, 3, 0.2}, {0.5, 0.2, 2}};
    double[][] inverse = LinUcb.invert(matrix);
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        double sum = 0;
        for (int k = 0; k < 3; k++) {
          sum += matrix[i][k] * inverse[k][j];
        }
        assertThat(sum).isCloseTo(i == j ? 1 : 0, within(1e-12));
      }
    }
  }

  @Test
  void linUcb_learns_whereNobodyIsInTheWay() {
    double random = WorldTest.TRIALS.mean(List.of(BANDIT), 1, 4, References.random());
    double linUcb =
        WorldTest.TRIALS.mean(
            List.of(BANDIT), 1, 4, LinUcb.fresh(0.1, 1, ActionShape.CANDIDATES).contender());
    assertThat(linUcb).isGreaterThan(random + 0.05);
  }

  @Test
  void c3_answersSooner_thanRandom() {
    assertThat(WorldTest.TRIALS.run(STATIONARY, 1, References.c3()).seconds())
        .isLessThan(WorldTest.TRIALS.run(STATIONARY, 1, References.random()).seconds());
  }

  @Test
  void powerOfTwo_spreads_whereTheScoreHerds() {
    assertThat(WorldTest.TRIALS.run(STATIONARY, 1, References.powerOfTwo()).seconds())
        .isLessThan(WorldTest.TRIALS.run(STATIONARY, 1, References.reportScore()).seconds());
  }

  @Test
  void ruleSearch_findsOneBetterThanTheUsual_onOtherSeeds() {
    List<WorldSettings> worlds = List.of(STATIONARY);
    Rule found = new RuleSearch(WorldTest.TRIALS, worlds, ActionShape.CANDIDATES, 1).best(72);
    double usual =
        WorldTest.TRIALS.mean(
            worlds,
            50,
            4,
            References.rule("usual", new Rule(4, 2, 0.5, 0.5, 1, 0.1), ActionShape.CANDIDATES));
    assertThat(
            WorldTest.TRIALS.mean(
                worlds, 50, 4, References.rule("found", found, ActionShape.CANDIDATES)))
        .isGreaterThan(usual - 0.01);
  }
}
