package dev.mama.mqtt;

import static dev.mama.mqtt.Envelopes.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.Agent;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.runtime.AgentGroup;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A user at a terminal, with nothing but Mosquitto's own programs. */
@ExtendWith(SharedMosquitto.class)
class MosquittoChatTest {

  @Test
  void user_asksAnAgent_getsItsAnswer() throws Exception {
    ExperimentId experiment = Envelopes.newExperiment();
    Agent bob =
        (message, context) ->
            context.reply(
                Payload.text("you said " + message.payload().as(Payload.Text.class).text()));
    try (var transport = MqttTransport.connect(SharedMosquitto.broker().address());
        var group = AgentGroup.builder(experiment).transport(transport).build()) {
      group.define(AgentType.of("bob", () -> bob));
      group.start(BOB, "bob");

      Process process =
          SharedMosquitto.broker()
              .client(
                  "mosquitto_rr",
                  "-t",
                  "exps/" + experiment + "/agents/bob/user-chat",
                  "-e",
                  "exps/" + experiment + "/users/ann",
                  "-q",
                  "1",
                  "-W",
                  "30",
                  "-m",
                  "{\"text\":\"hello\"}");

      assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
      assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualToIgnoringNewLines("{\"text\":\"you said hello\"}");
    }
  }
}
