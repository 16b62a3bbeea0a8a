package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The bench at a size that says nothing about speed. */
class MqttBenchTest {

  @Test
  void run_hasItsFigures_finiteAndPositive() throws InterruptedException {
    var tiny = new MqttSizes(List.of(4), 40, 1, 0);
    Map<String, Figure> figures =
        new MqttBench(tiny, tiny)
                .run(
                    new Bench.Options(true, 42),
                    (done, of, step) -> assertThat(done).isBetween(0L, of))
                .stream()
                .collect(Collectors.toMap(Figure::name, Function.identity()));

    assertThat(figures)
        .containsKeys(
            "mqtt.qos0.4.rate",
            "mqtt.qos1.4.rate",
            "mqtt.qos1.4.p50",
            "mqtt.qos1.4.p99",
            "mqtt.qos1.4.bare.rate",
            "mqtt.qos1.over-bare",
            "mqtt.qos1.over-bare-waiting",
            "mqtt.qos2.4.rate",
            "mqtt.processes2.4.rate",
            "mqtt.processes2.4.connections",
            "mqtt.subscribe.4.millis");
    assertThat(figures.values()).allSatisfy(f -> assertThat(f.value()).isFinite().isPositive());
    assertThat(figures)
        .hasEntrySatisfying(
            "mqtt.processes2.4.connections", f -> assertThat(f.value()).isEqualTo(2))
        .hasEntrySatisfying("mqtt.qos1.over-bare", f -> assertThat(f.goal()).isEqualTo(">= 0.8"));
  }
}
