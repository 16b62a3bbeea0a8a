package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BenchTest {

  @Test
  void all_haveASmokeTest() throws ClassNotFoundException {
    for (Bench bench : Bench.all()) {
      assertThat(SmokeContract.class)
          .as("the test of bench %s", bench.name())
          .isAssignableFrom(Class.forName(bench.getClass().getName() + "Test"));
    }
  }
}
