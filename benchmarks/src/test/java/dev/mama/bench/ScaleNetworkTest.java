package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.bench.ScaleSizes.Network;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A smoke run leaves the broker out; here it is. */
class ScaleNetworkTest {

  private static final String DELAYED = "scalability.network.delay10.";

  @Test
  void measure_aDelay_isTakenFourTimes() throws Exception {
    var network =
        new ScaleNetwork(new Network(List.of(Duration.ZERO, Duration.ofMillis(10)), 3, 10, 1));
    List<Figure> figures = network.measure();
    Map<String, Double> values =
        figures.stream().collect(Collectors.toMap(Figure::name, Figure::value));
    assertThat(values)
        .hasEntrySatisfying(
            DELAYED + "over-four-delays", it -> assertThat(it).isGreaterThanOrEqualTo(1))
        .hasEntrySatisfying(DELAYED + "ask.min", it -> assertThat(it).isGreaterThanOrEqualTo(40))
        .hasEntrySatisfying(DELAYED + "at-once.rate", it -> assertThat(it).isPositive())
        .hasEntrySatisfying(DELAYED + "one-sender.rate", it -> assertThat(it).isPositive())
        .containsKey("scalability.network.delay0.ask.p50")
        .doesNotContainKey("scalability.network.delay0.over-four-delays");
    assertThat(figures)
        .filteredOn(it -> it.name().equals(DELAYED + "ask.min"))
        .singleElement()
        .extracting(Figure::samples)
        .isEqualTo(3L);
    assertThat(network.raw()).containsOnlyKeys("network.delay0", "network.delay10");
  }
}
