package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.llm.LlmEndpoint;
import dev.mama.llm.OpenAiChatModel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LlmBenchTest extends SmokeContract {

  LlmBenchTest() {
    super(
        new LlmBench(),
        "llm.bound-share >= 0.95",
        "llm.connections <= 4",
        "llm.overhead.micros <= 1000",
        "llm.capacity.error <= 0.2",
        "llm.capacity.refused <= 0.01");
  }

  @Test
  void run_hasAShareOfEachSide_andNoMoreConnectionsThanThePool() {
    assertThat(value("llm.c4.l10.share")).isPositive();
    assertThat(value("llm.c4.l10.bare.share")).isPositive();
    assertThat(value("llm.c4.l10.langchain4j.share")).isPositive();
    assertThat(value("llm.connections")).isBetween(1.0, 5.0);
    assertThat(figures())
        .containsKeys(
            "llm.pacing.paced.refused",
            "llm.pacing.langchain4j.refused",
            "llm.recovery.bare.first",
            "llm.capacity.fixed.error");
    assertThat(folder().resolve("llm-bound.png")).isNotEmptyFile();
    assertThat(folder().resolve("llm-capacity.png")).isNotEmptyFile();
  }

  @Test
  void peerLimits_letCallsThroughAndHearOfRefusals() throws Exception {
    try (var server = LlmServerProcess.start();
        var model =
            LlmCaller.of(OpenAiChatModel.connect(LlmEndpoint.of(server.uri().toString(), "m")))) {
      server.restart(Duration.ofMillis(5));
      server.capacity(1);
      for (LlmPeerLimit peer : LlmPeerLimit.values()) {
        try (var crowd = new LlmCrowd(LlmPeerLimit.behind(peer.of(64), model), 16)) {
          // More than there are places: they are given back.
          await().until(() -> crowd.answered() > 20 && crowd.failed() > 20);
        }
      }
    }
  }
}
