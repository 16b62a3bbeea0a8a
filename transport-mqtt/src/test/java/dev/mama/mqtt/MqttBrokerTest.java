package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MqttBrokerTest {

  @Test
  void toString_withLogin_hidesThePassword() {
    MqttBroker broker = MqttBroker.at("broker.example", 8883).withLogin("ann", "s3cret").withTls();

    assertThat(broker).hasToString("broker.example:8883");
    assertThat(broker.login().toString()).contains("ann").doesNotContain("s3cret");
  }

  @Test
  void at_twice_differentClientIds() {
    assertThat(MqttBroker.at("h", 1).clientId()).isNotEqualTo(MqttBroker.at("h", 1).clientId());
  }

  @Test
  void at_valueOutOfRange_namesIt() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MqttBroker.at("h", 70_000))
        .withMessage("MQTT broker port '70000' must be 1 to 65535");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MqttBroker.at("h", 1).withClientId("a/b"))
        .withMessageContaining("'a/b'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MqttBroker.at("h", 1).withTimeouts(Duration.ZERO, Duration.ofHours(1)))
        .withMessageContaining("connect timeout 'PT0S' must be 1 to 3600 s");
  }
}
