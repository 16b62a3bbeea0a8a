package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.spi.SentenceEncoder;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.SentenceEncoderContract;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The contract over HTTP, and what the wire adds. */
class OpenAiSentenceEncoderTest extends SentenceEncoderContract {

  private final ScriptedChatServer server = ScriptedChatServer.start(call -> Answer.text(""));

  @Override
  protected SentenceEncoder newEncoder() throws Exception {
    return OpenAiSentenceEncoder.connect(LlmEndpoint.of(server.uri().toString(), "m"));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void encode_manyTexts_areThoseOfTheServerInOrder() throws Exception {
    try (var encoder = newEncoder();
        var same = new HashingEncoder()) {
      List<String> texts = Collections.nCopies(50, "x").stream().map(x -> x).toList();
      assertThat(encoder.encode(texts)).hasNumberOfRows(50);
      assertThat(encoder.encode("a word")).hasSameSizeAs(same.encode("a word"));
    }
  }

  @Test
  void encode_serverFailsOnce_isAskedAgain() throws Exception {
    var asked = new AtomicInteger();
    try (var flaky =
            ScriptedChatServer.start(
                call -> asked.incrementAndGet() == 2 ? Answer.failure(503) : Answer.text(""));
        var encoder = OpenAiSentenceEncoder.connect(LlmEndpoint.of(flaky.uri().toString(), "m"))) {
      assertThat(encoder.encode("again")).hasSize(encoder.dimension());
      assertThat(asked).hasValue(3);
    }
  }

  @Test
  void encode_answerIsNoEmbeddings_isMalformed() throws Exception {
    var asked = new AtomicInteger();
    try (var wrong =
            ScriptedChatServer.start(call ->
                asked.incrementAndGet() == 1 ? Answer.text("") : Answer.garbage("{\"data\":[]}"));
        var encoder = OpenAiSentenceEncoder.connect(LlmEndpoint.of(wrong.uri().toString(), "m"))) {
      var e = catchThrowableOfType(ChatException.class, () -> encoder.encode("?"));
      assertThat(e.reason()).isEqualTo(Reason.MALFORMED);
      assertThat(e).hasMessageContaining("0 of 1 embeddings");
    }
  }

  @Test
  void encode_closed_isRefused() throws Exception {
    var encoder = newEncoder();
    encoder.close();
    assertThatThrownBy(() -> encoder.encode("?")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void connect_noServer_fails() {
    assertThatThrownBy(
            () -> OpenAiSentenceEncoder.connect(LlmEndpoint.of("http://127.0.0.1:1", "m")))
        .isInstanceOf(ChatException.class);
  }
}
