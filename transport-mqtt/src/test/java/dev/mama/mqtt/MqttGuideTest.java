package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.mqtt.ShardedTransport.By;
import dev.mama.runtime.AgentGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The samples of docs/guide/3-mqtt.md are the parts between the marks, to the letter, run. */
@ExtendWith(SharedBroker.class)
class MqttGuideTest {

  private final ExperimentId experiment = Envelopes.newExperiment();
  private final String host = SharedBroker.broker().host();
  private final int port = SharedBroker.broker().port();

  record Speed(int kilometresPerHour) {}

  record Payment(int cents) {}

  @Test
  void sample_twoProcesses() throws Exception {
    // sample
    try (var mqtt = MqttTransport.connect(MqttBroker.at(host, port));
        var group = AgentGroup.builder(experiment).transport(mqtt).build()) {
      group.define(
          AgentType.of("greeter", () -> (message, context) -> context.reply(message.payload())));
      group.start(AgentId.of("ann"), "greeter");
      // end
      try (var other = MqttTransport.connect(MqttBroker.at(host, port));
          var elsewhere = AgentGroup.builder(experiment).transport(other).build()) {
        Payload answer =
            elsewhere
                .client("desk")
                .ask(AgentId.of("ann"), Payload.text("hello"), Duration.ofSeconds(30));
        assertThat(answer.as(Payload.Text.class).text()).isEqualTo("hello");
      }
    }
  }

  @Test
  void sample_inbox(@TempDir Path folder) throws Exception {
    String client = experiment + "-g1";
    // sample
    var broker = MqttBroker.at(host, port).withClientId(client);
    var options = MqttOptions.defaults().inbox(folder).held(64 << 20, 128);
    try (var mqtt = MqttTransport.connect(broker, options);
        var group = AgentGroup.builder(experiment).transport(mqtt).mailboxCapacity(128).build()) {
      // end
      assertThat(group.name()).isNotBlank();
      assertThat(SharedBroker.broker().clients()).contains(client);
    }
  }

  @Test
  void sample_options() throws Exception {
    // sample
    var options =
        MqttOptions.defaults()
            .telemetry(Speed.class) // published at QoS 0: a lost one is outdated by the next
            .exactlyOnce(Payment.class) // sent at QoS 2, on any channel
            .rates(10_000, 100) // messages a second: all of them, and to one agent or topic
            .presence(experiment, "g1");
    // end
    try (var mqtt = MqttTransport.connect(SharedBroker.address(), options)) {
      assertThat(mqtt.figures().sent()).isEqualTo(1); // that it is here
    }
  }

  @Test
  void sample_severalBrokers() throws Exception {
    try (var mqttEast = MqttTransport.connect(SharedBroker.address());
        var mqttWest = MqttTransport.connect(SharedBroker.address())) {
      // sample
      var sharded = ShardedTransport.over(By.AGENT, Map.of("east", mqttEast, "west", mqttWest));
      // end
      assertThat(sharded.name()).isNotBlank();
    }
  }

  @Test
  void samples_areWhatTheGuideShows() throws Exception {
    String here = Files.readString(Path.of("src/test/java/dev/mama/mqtt/MqttGuideTest.java"));
    String[] parts = here.split("\\n *// sample\\n", -1);
    assertThat(parts).hasSize(5);
    for (int i = 1; i < parts.length; i++) {
      String sample = parts[i].split("\\n *// end\\n", -1)[0].stripIndent().strip();
      assertThat(Path.of("../docs/guide/3-mqtt.md")).content().contains(sample);
    }
  }
}
