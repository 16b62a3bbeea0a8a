package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** What was recorded is answered again, without a network and without secrets. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ReplayTest {

  private static final String CANARY = "sk-canary-\"quoted\\0123456789";

  @TempDir Path folder;

  @Test
  void replay_everythingAReplySays_isSaidAgain() throws Exception {
    var reply =
        new ChatReply(
            "half an ans",
            List.of(new ChatTool.Call("1", "look", "{}")),
            ChatReply.Finish.LENGTH,
            "m",
            3,
            4,
            Duration.ofMillis(1),
            Duration.ofMillis(9),
            Duration.ofMillis(5),
            ChatReply.Source.STALE,
            2,
            List.of("big: FAILED"));
    ChatModel model =
        new ChatModel() {
          @Override
          public String name() {
            return "m";
          }

          @Override
          public ChatReply chat(ChatRequest request) {
            return reply;
          }

          @Override
          public void close() {}
        };
    Path file = folder.resolve("whole.jsonl");
    try (var recording = RecordingChatModel.open(model, file)) {
      recording.chat(ChatRequest.of("?"));
    }
    try (var replay = ReplayingChatModel.open(file, ReplayingChatModel.By.REQUEST)) {
      assertThat(replay.chat(ChatRequest.of("?"))).isEqualTo(reply);
    }
  }

  @Test
  void replay_byRequest_givesEachRequestItsAnswersWhoeverAsksFirst() throws Exception {
    Path file = record("a", "b", "a", "fail");
    try (var replay = ReplayingChatModel.open(file, ReplayingChatModel.By.REQUEST)) {
      assertThat(replay.chat(ChatRequest.of("b").temperature(0)).text()).isEqualTo("b 2");
      ChatReply first = replay.chat(ChatRequest.of("a").temperature(0));
      assertThat(first.text()).isEqualTo("a 1");
      assertThat(first.model()).isEqualTo(ScriptedChatServer.MODEL);
      assertThat(first.tokens()).isEqualTo(3);
      assertThat(first.attempts()).isEqualTo(1);
      assertThat(first.onWire()).isPositive();
      assertThat(replay.chat(ChatRequest.of("a").temperature(0)).text()).isEqualTo("a 3");
      var failure = failure(replay, ChatRequest.of("fail").temperature(0));
      assertThat(failure.reason()).isEqualTo(Reason.REFUSED);
      assertThat(failure).hasMessageContaining("HTTP 400");
    }
  }

  @Test
  void replay_whatWasNotRecorded_failsAndNamesTheRequest() throws Exception {
    Path file = record("a");
    try (var replay = ReplayingChatModel.open(file, ReplayingChatModel.By.REQUEST)) {
      // Another temperature is another request; trace, key and priority are not.
      var other = failure(replay, ChatRequest.of("a").temperature(1));
      assertThat(other.reason()).isEqualTo(Reason.REFUSED);
      assertThat(other).hasMessageContaining(file.toString()).hasMessageContaining("'a'");
      var same = ChatRequest.of("a").temperature(0).priority(ChatRequest.Priority.CRITICAL);
      assertThat(replay.chat(same.idempotencyKey("mine")).text()).isEqualTo("a 1");
      assertThat(failure(replay, same)).hasMessageContaining("no further answer");
    }
  }

  @Test
  void replay_byOrder_givesTheNextAnswerWhateverIsAsked() throws Exception {
    Path file = record("a", "b");
    try (var replay = ReplayingChatModel.open(file, ReplayingChatModel.By.ORDER)) {
      assertThat(replay.chat(ChatRequest.of("something else")).text()).isEqualTo("a 1");
      assertThat(replay.chat(ChatRequest.of("yet another")).text()).isEqualTo("b 2");
      assertThat(failure(replay, ChatRequest.of("too many"))).hasMessageContaining("too many");
    }
  }

  @Test
  void record_manyAtOnce_losesNone() throws Exception {
    Path file = folder.resolve("many.jsonl");
    try (var server =
            ScriptedChatServer.start(call -> new Answer.Text(call.text(), Duration.ofMillis(1)));
        var model = OpenAiChatModel.connect(LlmEndpoint.of(server.uri().toString(), "m"));
        var recording = RecordingChatModel.open(model, file)) {
      var calls = new ArrayList<FutureTask<ChatReply>>();
      for (int i = 0; i < 200; i++) {
        String text = "q" + i;
        calls.add(new FutureTask<>(() -> recording.chat(ChatRequest.of(text))));
        Thread.ofVirtual().start(calls.getLast());
      }
      for (var call : calls) {
        call.get(20, TimeUnit.SECONDS);
      }
    }
    try (var replay = ReplayingChatModel.open(file, ReplayingChatModel.By.REQUEST)) {
      for (int i = 0; i < 200; i++) {
        assertThat(replay.chat(ChatRequest.of("q" + i)).text()).isEqualTo("q" + i);
      }
    }
  }

  @Test
  void record_stream_isReplayedWhole() throws Exception {
    Path file = folder.resolve("stream.jsonl");
    try (var server = ScriptedChatServer.start(call -> Answer.text("word by word"));
        var model = OpenAiChatModel.connect(LlmEndpoint.of(server.uri().toString(), "m"));
        var recording = RecordingChatModel.open(model, file);
        var stream = recording.stream(ChatRequest.of("?"))) {
      assertThat(stream.reply().text()).isEqualTo("word by word");
    }
    try (var replay = ReplayingChatModel.open(file, ReplayingChatModel.By.REQUEST)) {
      assertThat(replay.chat(ChatRequest.of("?")).text()).isEqualTo("word by word");
    }
  }

  @Test
  void record_serverRepeatsSecrets_theyAreNotInTheFile() throws Exception {
    Path file = folder.resolve("secret.jsonl");
    try (var server =
        ScriptedChatServer.start(call -> {
          String key = call.header("authorization").orElse("");
          return call.text().equals("fail")
              ? new Answer.Raw(400, "key " + key + call.header("x-token"), Map.of())
              : Answer.text("you are " + key + " " + call.header("x-token").orElse(""));
        })) {
      var endpoint =
          LlmEndpoint.of(server.uri().toString(), "m")
              .withApiKey(CANARY)
              .withHeader("x-token", "token-canary-77");
      try (var client = LlmClient.builder(endpoint).build();
          var recording = RecordingChatModel.open(client, file, endpoint)) {
        assertThat(recording.chat(ChatRequest.of("?")).text()).contains(CANARY);
        failure(recording, ChatRequest.of("fail"));
      }
    }
    assertThat(Files.readString(file)).contains("***").doesNotContain("canary");
    try (var replay = ReplayingChatModel.open(file, ReplayingChatModel.By.REQUEST)) {
      assertThat(replay.chat(ChatRequest.of("?")).text()).contains("you are Bearer ***");
    }
  }

  @Test
  void open_damagedLine_isNamedAndACutOneAtTheEndLeftOut() throws Exception {
    Path file = record("a", "b");
    Files.writeString(file, "00000000 {\"key\":\"cut", StandardOpenOption.APPEND);
    try (var replay = ReplayingChatModel.open(file, ReplayingChatModel.By.ORDER)) {
      assertThat(replay.chat(ChatRequest.of("?")).text()).isEqualTo("a 1");
    }
    List<String> lines = Files.readAllLines(file);
    Files.write(file, List.of(lines.get(0), lines.get(1).replace("b 2", "b 3")));
    assertThatThrownBy(() -> ReplayingChatModel.open(file, ReplayingChatModel.By.ORDER))
        .hasMessageContaining("line 2")
        .hasMessageContaining("checksum");
  }

  /** Asks for each text at temperature 0; answers are counted, and 'fail' fails. */
  private Path record(String... texts) throws Exception {
    Path file = folder.resolve("recording.jsonl");
    var count = new AtomicInteger();
    try (var server =
            ScriptedChatServer.start(call ->
                call.text().equals("fail")
                    ? Answer.failure(400)
                    : Answer.text(call.text() + " " + count.incrementAndGet()));
        var client = LlmClient.builder(LlmEndpoint.of(server.uri().toString(), "m")).build();
        var recording = RecordingChatModel.open(client, file)) {
      for (String text : texts) {
        var request = ChatRequest.of(text).temperature(0);
        if (text.equals("fail")) {
          failure(recording, request);
        } else {
          recording.chat(request);
        }
      }
    }
    return file;
  }

  private static ChatException failure(ChatModel model, ChatRequest request) {
    return catchThrowableOfType(ChatException.class, () -> model.chat(request));
  }
}
