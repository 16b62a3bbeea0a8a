package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.ChatTool;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The part of {@link ChatModelContract} that is about streams. */
@Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
abstract class ChatStreamContract extends ChatModelFixture {

  @Test
  void stream_pieces_makeTheWholeAnswer() throws Exception {
    String said = "echo one  two\n\u6f22 \ud83d\ude80 three ";
    try (ChatStream stream = model.stream(ChatRequest.of(said))) {
      var pieces = new StringBuilder();
      for (var piece = stream.next(); piece.isPresent(); piece = stream.next()) {
        assertThat(piece.get()).isNotEmpty();
        pieces.append(piece.get());
      }
      assertThat(pieces).hasToString(said);
      assertThat(stream.next()).isEmpty();
      ChatReply reply = stream.reply();
      assertThat(reply.text()).isEqualTo(said);
      assertThat(reply.tokens()).isEqualTo(12);
      assertThat(reply.finish()).isEqualTo(ChatReply.Finish.STOP);
      assertThat(reply.firstToken()).isPositive().isLessThanOrEqualTo(reply.onWire());
      assertThat(reply.attempts()).isEqualTo(1);
    }
  }

  @Test
  void stream_replyAlone_isTheWholeAnswer() throws Exception {
    try (ChatStream stream = model.stream(ChatRequest.of("call look {\"at\":\"this\"}"))) {
      assertThat(stream.reply().toolCalls())
          .containsExactly(
              new ChatTool.Call("c0", "look", "{\"at\":\"this\"}"),
              new ChatTool.Call("c1", "again", "{}"));
      assertThat(stream.reply().finish()).isEqualTo(ChatReply.Finish.TOOLS);
    }
  }

  @Test
  void stream_readersLeave_leaveTheModelUsable() throws Exception {
    for (int i = 0; i < GIVEN_UP; i++) {
      try (ChatStream stream = model.stream(ChatRequest.of("echo " + "on and ".repeat(i)))) {
        assertThat(stream.next()).isPresent();
      }
    }
    assertUsable();
  }

  @Test
  void stream_answerBreaksOff_isNoAnswer() throws Exception {
    for (int i = 0; i < GIVEN_UP; i++) {
      var e =
          catchThrowableOfType(
              ChatException.class,
              () -> {
                try (ChatStream stream = model.stream(ChatRequest.of("cut off here"))) {
                  stream.reply();
                }
              });
      assertThat(e).isNotNull();
    }
    assertUsable();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 503})
  void stream_failsBeforeItBegins_failsAsAWholeAnswerDoes(int status) {
    var request = ChatRequest.of("status " + status);
    var e = catchThrowableOfType(ChatException.class, () -> model.stream(request).close());
    assertThat(e.reason()).isEqualTo(failure(request).reason());
    assertThat(e).hasMessageContaining(Integer.toString(status));
  }

  @Test
  void stream_deadlinePassedOrModelClosed_isRefused() {
    var late = within(ChatRequest.of("echo"), Duration.ZERO);
    assertThatThrownBy(() -> model.stream(late).close()).isInstanceOf(ChatException.class);
    model.close();
    assertThatThrownBy(() -> model.stream(ChatRequest.of("echo")).close())
        .isInstanceOf(ChatException.class);
    assertThat(server.requests()).isZero();
  }
}
