package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.bench.StartPart.Places;
import org.junit.jupiter.api.Test;

class StartBenchTest extends SmokeContract {

  StartBenchTest() {
    super(new StartBench());
  }

  @Test
  void opened_hasEveryFigureOfEachPart() {
    assertThat(all())
        .hasSize(15)
        .allSatisfy(f -> assertThat(f.value()).as(f.name()).isNotNegative());
    assertThat(figures())
        .containsKeys("start.memory.millis", "start.registry.ten.millis", "start.group.heap");
    assertThat(all())
        .filteredOn(f -> f.unit().equals("ms"))
        .allSatisfy(f -> assertThat(f.value()).as(f.name()).isPositive());
  }

  @Test
  void places_surviveTheWayToAnotherProcess() {
    var places = new Places("http://m", "mqtt://b:1", "jdbc:x", "user", "secret", folder());
    assertThat(Places.of(places.words())).isEqualTo(places);
    assertThat(places.toString()).doesNotContain("secret");
  }
}
