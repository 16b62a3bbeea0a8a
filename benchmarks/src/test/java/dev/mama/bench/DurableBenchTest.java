package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DurableBenchTest extends SmokeContract {

  DurableBenchTest() {
    super(new DurableBench(), "durable.idle.bytes-per-agent <= 300");
  }

  @Test
  void run_hasFiguresOfEachGrade() {
    for (String grade : new String[] {"memory", "journalled", "synced"}) {
      assertThat(value("durable." + grade + ".rate")).isPositive();
    }
    assertThat(value("durable.synced.forces")).isPositive();
    assertThat(value("durable.recovery.records")).isPositive();
    assertThat(value("durable.ask.evicted.share")).isPositive();
    assertThat(value("durable.idle.loaded")).isPositive();
  }
}
