package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bench at a size that says nothing about speed. */
class StepsBenchTest {

  @Test
  void run_hasEveryFigure_andNoScheduleBeatsTheCriticalPath() throws Exception {
    var tiny = new StepsBench.Sizes(30, 5, 3, Duration.ofMillis(1), 2);
    List<Figure> figures =
        new StepsBench(tiny, tiny)
            .run(
                new Bench.Options(true, 42),
                (done, of, step) -> assertThat(done).isBetween(0L, of));
    assertThat(figures)
        .extracting(Figure::name)
        .containsExactly(
            "steps.over-critical-path",
            "steps.barrier.over-critical-path",
            "steps.over-barrier",
            "steps.critical-path",
            "steps.makespan",
            "steps.rate");
    assertThat(figures).allSatisfy(figure -> assertThat(figure.value()).isFinite().isPositive());
    assertThat(figures.get(0).goal()).isEqualTo("<= 1.1");
    assertThat(figures.get(0).value()).isGreaterThanOrEqualTo(1);
    assertThat(figures.get(1).value()).isGreaterThanOrEqualTo(1);
  }

  @Test
  void criticalPath_isTheLongestChain() {
    StepsWorld alone = StepsWorld.draw(20, 6, 0, Duration.ofMillis(10), 1);
    long longestLife = 0;
    for (long[] life : alone.nanos()) {
      longestLife = Math.max(longestLife, Arrays.stream(life).sum());
    }
    assertThat(alone.criticalPath().toNanos()).as("nobody hears anybody").isEqualTo(longestLife);

    StepsWorld all = StepsWorld.draw(20, 6, 19, Duration.ofMillis(10), 1);
    long slowest = 0;
    for (int step = 0; step < 6; step++) {
      long most = 0;
      for (long[] life : all.nanos()) {
        most = Math.max(most, life[step]);
      }
      slowest += most;
    }
    assertThat(all.criticalPath().toNanos()).as("all hear all").isEqualTo(slowest);
  }
}
