package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BenchTest {

  /** The matching bench has no smoke run yet; its parts are in {@link MatchingBenchTest}. */
  @Test
  void all_haveASmokeTest() throws ClassNotFoundException {
    for (Bench bench : Bench.all()) {
      if (!(bench instanceof MatchingBench)) {
        assertThat(SmokeContract.class)
            .as("the test of bench %s", bench.name())
            .isAssignableFrom(Class.forName(bench.getClass().getName() + "Test"));
      }
    }
  }
}
