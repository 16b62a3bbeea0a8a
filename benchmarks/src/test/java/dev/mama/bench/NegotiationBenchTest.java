package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NegotiationBenchTest extends SmokeContract {

  NegotiationBenchTest() {
    super(
        new NegotiationBench(),
        "negotiation.20.over-one <= 1.1",
        "negotiation.isolation.strange-words == 0",
        "negotiation.row.heap-growth <= 100",
        "negotiation.fault.model-timeout == 1",
        "negotiation.fault.empty-reply == 1",
        "negotiation.fault.not-json == 1",
        "negotiation.fault.wrong-schema == 1",
        "negotiation.fault.model-down == 1",
        "negotiation.fault.agent-silent == 1",
        "negotiation.fault.agent-data-source-down == 1",
        "negotiation.fault.agent-fails-after-acceptance == 1",
        "negotiation.fault.confirmation-timeout == 1");
  }

  @Test
  void run_everyFaultEndsAsItShould_andNothingBeatsTheCriticalPath() {
    assertThat(figures())
        .containsKeys(
            "negotiation.stage.collecting",
            "negotiation.growth.exponent",
            "negotiation.durable.8.over-memory",
            "negotiation.sustained.rate");
    assertThat(value("negotiation.5.over-critical-path")).isGreaterThanOrEqualTo(1);
    assertThat(value("negotiation.8.over-critical-path")).isGreaterThanOrEqualTo(1);
    assertMet(all());
  }

  @Test
  void processes_everyFaultEndsAsItShould() throws Exception {
    List<Figure> figures = NegotiationFaults.processes();
    assertThat(figures).extracting(Figure::name).hasSizeGreaterThanOrEqualTo(3);
    assertMet(figures);
  }

  private static void assertMet(List<Figure> figures) {
    assertThat(figures)
        .filteredOn(figure -> figure.goal() != null && figure.goal().startsWith("=="))
        .isNotEmpty()
        .allSatisfy(figure -> assertThat(figure.met()).as(figure.name()).isTrue());
  }
}
