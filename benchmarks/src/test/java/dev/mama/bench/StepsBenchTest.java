package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The bench at a size that says nothing about speed. */
class StepsBenchTest extends SmokeContract {

  StepsBenchTest() {
    super(new StepsBench(), "steps.over-critical-path <= 1.1");
  }

  @Test
  void run_noScheduleBeatsTheCriticalPath() {
    assertThat(figures())
        .containsOnlyKeys(
            "steps.over-critical-path",
            "steps.barrier.over-critical-path",
            "steps.over-barrier",
            "steps.critical-path",
            "steps.makespan",
            "steps.rate");
    assertThat(all()).allSatisfy(figure -> assertThat(figure.value()).isPositive());
    assertThat(value("steps.over-critical-path")).isGreaterThanOrEqualTo(1);
    assertThat(value("steps.barrier.over-critical-path")).isGreaterThanOrEqualTo(1);
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
