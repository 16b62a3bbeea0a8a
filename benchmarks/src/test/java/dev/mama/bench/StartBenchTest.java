package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.bench.StartPart.Places;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts that need no server, in this process, at a size that says nothing about speed. */
class StartBenchTest {

  private static final int AT_ONCE = 10;

  @TempDir Path folder;

  @Test
  void opened_hasEveryFigureOfEachPart() throws Exception {
    var places = new Places("none", "none", "none", "none", "none", folder);
    var figures = new ArrayList<Figure>();
    for (StartPart part : List.of(StartPart.MEMORY, StartPart.REGISTRY, StartPart.GROUP)) {
      for (int i = 0; i < AT_ONCE; i++) {
        part.fill(places, i, 10);
      }
      figures.addAll(StartBench.figures(part, List.of(StartChild.opened(part, places))));
    }
    assertThat(figures)
        .hasSize(15)
        .allSatisfy(f -> assertThat(f.value()).as(f.name()).isFinite().isNotNegative());
    assertThat(figures.stream().map(Figure::name))
        .contains("start.memory.millis", "start.registry.ten.millis", "start.group.heap");
    assertThat(figures)
        .filteredOn(f -> f.unit().equals("ms"))
        .allSatisfy(f -> assertThat(f.value()).as(f.name()).isPositive());
  }

  @Test
  void places_surviveTheWayToAnotherProcess() {
    var places = new Places("http://m", "mqtt://b:1", "jdbc:x", "user", "secret", folder);
    assertThat(Places.of(places.words())).isEqualTo(places);
    assertThat(places.toString()).doesNotContain("secret");
  }
}
