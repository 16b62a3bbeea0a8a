package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatRequest;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import java.net.URI;
import org.junit.jupiter.api.Test;

class WarmUpTest {

  private static LlmClient client(URI server) {
    return LlmClient.builder(LlmEndpoint.of(server.toString(), "m")).attempts(1).build();
  }

  @Test
  void warmUp_opensTheConnectionOfTheFirstCall_andAsksNoModel() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Answer.text("well"));
        var client = client(server.uri())) {
      client.warmUp();
      assertThat(server.connections()).isEqualTo(1);
      assertThat(server.requests()).isZero();
      assertThat(client.chat(ChatRequest.of("hello")).text()).isEqualTo("well");
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void warmUp_noServer_saysSo() throws Exception {
    URI gone;
    try (var server = ScriptedChatServer.start(call -> Answer.text("well"))) {
      gone = server.uri();
    }
    try (var client = client(gone)) {
      assertThatThrownBy(client::warmUp)
          .isInstanceOfSatisfying(
              ChatException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE))
          .hasMessageContaining(gone.toString());
    }
  }
}
