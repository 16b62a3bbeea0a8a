package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MqttBenchTest extends SmokeContract {

  MqttBenchTest() {
    super(new MqttBench(), "mqtt.qos1.over-bare >= 0.8", "mqtt.processes2.4.connections == 2");
  }

  @Test
  void run_hasItsFigures_positive() {
    assertThat(figures())
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
            "mqtt.subscribe.4.millis");
    assertThat(all()).allSatisfy(f -> assertThat(f.value()).as(f.name()).isPositive());
    assertThat(value("mqtt.processes2.4.connections")).isEqualTo(2);
  }
}
