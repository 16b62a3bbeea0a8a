package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatRequest.Priority;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Pressure;
import dev.mama.llm.LlmBudget.Scope;
import dev.mama.runtime.AgentGroup;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples of docs/guide/5-models.md, compiled as they stand there, and run. */
class ModelsGuideTest {

  @TempDir Path folder;

  @Test
  void samples_areThoseOfTheGuide() throws Exception {
    GuidePage.assertCompiled("5-models.md", ModelsGuideTest.class);
  }

  /** Asks as the guide does. */
  private static final class Scout implements Agent {
    @Override
    public void onMessage(Message message, AgentContext context) throws InterruptedException {
      ChatReply reply =
          context.chat(
              ChatRequest.of("Where is the key?")
                  .system("Be brief.")
                  .temperature(0.2)
                  .priority(Priority.OPTIONAL));
      context.reply(Payload.text(reply.text()));
    }
  }

  @Test
  void group_ofScouts_asksOneClient() throws Exception {
    var endpoint = LlmEndpoint.of("http://localhost:8000", "qwen3").withPoolSize(64);
    try (var models =
            LlmClient.builder(endpoint)
                .nextModel(LlmEndpoint.of("http://localhost:8001", "qwen3-small"))
                .build();
        var group = AgentGroup.builder(ExperimentId.of("exp-42")).chatModel(models).build()) {
      group.define(AgentType.of("scout", Scout::new));
      group.start(AgentId.of("scout-1"), "scout");
    }
    try (var server = ScriptedChatServer.start(call -> Answer.text("In the lock."));
        var models = LlmClient.builder(LlmEndpoint.of(server.uri().toString(), "qwen3")).build();
        var group = AgentGroup.builder(ExperimentId.of("exp-42")).chatModel(models).build()) {
      group.define(AgentType.of("scout", Scout::new));
      group.start(AgentId.of("scout-1"), "scout");
      Payload answer =
          group
              .client("test")
              .ask(AgentId.of("scout-1"), Payload.text("go"), Duration.ofMinutes(1));
      assertThat(answer.as(Payload.Text.class).text()).isEqualTo("In the lock.");
    }
  }

  @Test
  void connections_areAsSaid() throws Exception {
    var certificates = Certificates.in(folder);
    Path authority = certificates.chain("ca");
    Path certificate = certificates.chain("client");
    Path key = certificates.key("client");
    var http =
        HttpOptions.DEFAULT
            .withTrusted(authority) // instead of the JVM's trust store
            .withIdentity(certificate, key) // where the server wants to know who asks
            .withProxy("proxy.example", 3128) // HTTP CONNECT
            .withHttp2(); // over TLS, if the server speaks it
    var endpoint =
        LlmEndpoint.of("https://models.example", "qwen3")
            .withHttp(http)
            .withHeader("x-team", "agents");
    assertThat(endpoint.http().proxy()).isPresent();
  }

  @Test
  void keysAndAddresses_shareTheCalls() {
    var endpoint = LlmEndpoint.of("http://localhost:8000", "qwen3");
    var terms = LlmTerms.FREE.withRequestsPerMinute(500);
    String one = "key-1";
    String two = "key-2";
    var models =
        LlmClient.builder(endpoint.withApiKey(one), terms)
            .alsoAt(endpoint.withApiKey(two), terms, 1) // as many calls as the first
            .alsoAt(LlmEndpoint.of("http://gpu-2:8000", "qwen3"), LlmTerms.FREE, 3) // three times
            .build();
    assertThat(models.name()).isEqualTo("qwen3");
    models.close();
  }

  @Test
  void steps_belowTheModels() {
    var endpoint = LlmEndpoint.of("http://localhost:8000", "qwen3");
    var models =
        LlmClient.builder(endpoint)
            .cheaperModel(LlmEndpoint.of("http://localhost:8001", "qwen3-small"), LlmTerms.FREE)
            .staleAnswers(64 << 20, Duration.ofHours(6))
            .pressure(new PressureOptions(0.3, 0.8, Duration.ofSeconds(10)))
            .build();
    assertThat(models.pressure()).isEqualTo(Pressure.NORMAL);
    models.close();
  }

  @Test
  void recording_isReplayed() throws Exception {
    Path file = folder.resolve("run.jsonl");
    var question = ChatRequest.of("?");
    var answers = new ArrayList<ChatReply>();
    try (var server = ScriptedChatServer.start(call -> Answer.text("fine"))) {
      var endpoint = LlmEndpoint.of(server.uri().toString(), "qwen3");
      var terms = LlmTerms.FREE.withPrices(0.5, 1.5).withPrompt(PromptBudget.of(32_768, 2_048));
      try (var models =
          LlmClient.builder(endpoint, terms)
              .budget(Scope.AGENT, LlmBudget.tokens(80_000, 100_000).withMoney(1, 2))
              .cache(64 << 20, Duration.ofHours(1))
              .build()) {
        models.probe();
        try (var recording = RecordingChatModel.open(models, file, endpoint)) {
          recording.chat(question); // in the file, but for the endpoint's secrets
        }
      }
      try (var encoder = OpenAiSentenceEncoder.connect(endpoint)) {
        assertThat(encoder.encode("a need")).hasSize(encoder.dimension());
      }
    }
    try (var replay = ReplayingChatModel.open(file, ReplayingChatModel.By.REQUEST)) {
      answers.add(replay.chat(question)); // without a network; a miss fails
    }
    assertThat(answers).extracting(ChatReply::text).containsExactly("fine");
  }
}
