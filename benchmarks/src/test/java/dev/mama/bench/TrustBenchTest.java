package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TrustBenchTest extends SmokeContract {

  TrustBenchTest() {
    super(
        new TrustBench(),
        "trust.none.tau-loss <= 0.03",
        "trust.collude20.tau >= 0.82",
        "trust.collude40.tau >= 0.75",
        "trust.collude40.regret-over-plain <= 0.25",
        "trust.flood.order >= 0.1");
  }

  @Test
  void flood_movesTwoAgents_asFarAsOneWriterMay() {
    assertThat(value("trust.flood.order")).isGreaterThan(0.1);
    assertThat(value("trust.flood.good.loss"))
        .isLessThan(value("trust.flood.good.unlimited.loss") / 2);
    assertThat(value("trust.flood.refused")).isGreaterThan(0.5);
    assertThat(folder().resolve("trust.png")).isNotEmptyFile();
  }
}
