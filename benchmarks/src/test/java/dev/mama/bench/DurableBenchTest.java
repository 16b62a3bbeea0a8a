package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The bench at a size that says nothing about speed. */
class DurableBenchTest {

  @Test
  void run_hasFiguresOfEachGrade() throws Exception {
    var tiny = new DurableBench.Sizes(20, 10, 5, 1, 200, 40, 1_000);
    Map<String, Double> figures =
        new DurableBench(tiny, tiny)
            .run(new Bench.Options(true, 42), (done, of, step) -> {}).stream()
                .collect(Collectors.toMap(Figure::name, Figure::value));
    for (String grade : new String[] {"memory", "journalled", "synced"}) {
      assertThat(figures.get("durable." + grade + ".rate")).isPositive();
    }
    assertThat(figures.get("durable.synced.forces")).isPositive();
    assertThat(figures.get("durable.recovery.records")).isGreaterThan(200);
    assertThat(figures.get("durable.ask.evicted.share")).isPositive();
    assertThat(figures.get("durable.idle.loaded")).isPositive();
  }
}
