package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bench at a size that says nothing about speed. */
class NegotiationBenchTest {

  @Test
  void run_hasEveryFigure_andEveryFaultEndsAsItShould() throws Exception {
    var tiny =
        new NegotiationBench.Sizes(
            Duration.ofMillis(5),
            List.of(5, 8),
            List.of(1, 20),
            List.of(),
            List.of(5, 8),
            20,
            Duration.ofMillis(200));
    var bench = new NegotiationBench(tiny, tiny);
    List<Figure> figures =
        bench.run(
            new Bench.Options(true, 42), (done, of, step) -> assertThat(done).isBetween(0L, of));
    assertThat(figures)
        .extracting(Figure::name)
        .contains(
            "negotiation.5.over-critical-path",
            "negotiation.8.over-critical-path",
            "negotiation.stage.collecting",
            "negotiation.growth.exponent",
            "negotiation.20.over-one",
            "negotiation.isolation.strange-words",
            "negotiation.row.heap-growth",
            "negotiation.durable.8.over-memory",
            "negotiation.sustained.rate");
    assertThat(figures)
        .filteredOn(figure -> figure.name().endsWith("over-critical-path"))
        .allSatisfy(figure -> assertThat(figure.value()).isGreaterThanOrEqualTo(1));
    assertThat(figures)
        .filteredOn(figure -> figure.goal() != null && figure.goal().startsWith("=="))
        .hasSize(13)
        .allSatisfy(figure -> assertThat(figure.met()).as(figure.name()).isTrue());
  }
}
