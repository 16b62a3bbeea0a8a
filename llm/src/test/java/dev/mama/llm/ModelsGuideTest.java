package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.ChatRequest;
import dev.mama.ChatRequest.Priority;
import dev.mama.Pressure;
import dev.mama.llm.LlmBudget.Scope;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples of docs/guide/5-models.md, run. */
class ModelsGuideTest {

  @TempDir Path folder;

  @Test
  void guide_samples_work() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Answer.text("fine"));
        var small = ScriptedChatServer.start(call -> Answer.text("cheap"))) {
      var endpoint = LlmEndpoint.of(server.uri().toString(), "qwen3").withPoolSize(64);
      var other = LlmEndpoint.of(small.uri().toString(), "qwen3-small");
      var terms =
          LlmTerms.FREE
              .withRequestsPerMinute(500)
              .withPrices(0.5, 1.5)
              .withPrompt(PromptBudget.of(32_768, 2_048));
      Path file = folder.resolve("run.jsonl");
      var question = ChatRequest.of("…").system("…").temperature(0.2).priority(Priority.OPTIONAL);
      try (var models =
              LlmClient.builder(endpoint.withApiKey("one"), terms)
                  .alsoAt(endpoint.withApiKey("two"), terms, 1)
                  .alsoAt(endpoint, LlmTerms.FREE, 3)
                  .nextModel(other)
                  .budget(Scope.AGENT, LlmBudget.tokens(80_000, 100_000).withMoney(1, 2))
                  .cache(64 << 20, Duration.ofHours(1))
                  .cheaperModel(other, LlmTerms.FREE)
                  .staleAnswers(64 << 20, Duration.ofHours(6))
                  .pressure(new PressureOptions(0.3, 0.8, Duration.ofSeconds(10)))
                  .breaker(BreakerOptions.DEFAULT)
                  .build();
          var recording = RecordingChatModel.open(models, file, endpoint)) {
        models.probe();
        assertThat(models.pressure()).isEqualTo(Pressure.NORMAL);
        assertThat(recording.chat(question).text()).isEqualTo("fine");
      }
      try (var replay = ReplayingChatModel.open(file, ReplayingChatModel.By.REQUEST)) {
        assertThat(replay.chat(question).text()).isEqualTo("fine");
      }
      try (var encoder = OpenAiSentenceEncoder.connect(endpoint)) {
        assertThat(encoder.encode("a need")).hasSize(encoder.dimension());
      }
    }
  }

  @Test
  void guide_connections_areAsSaid() {
    var http = HttpOptions.DEFAULT.withProxy("proxy.example", 3128).withHttp2();
    var endpoint =
        LlmEndpoint.of("https://models.example", "qwen3")
            .withHttp(http)
            .withHeader("x-team", "agents");
    assertThat(endpoint.http().proxy()).isPresent();
  }
}
