package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.ChatException;
import dev.mama.ChatRequest;
import dev.mama.Deadline;
import dev.mama.Time;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScriptedChatModelTest {

  private final ScriptedChatModel model =
      new ScriptedChatModel(request -> request.messages().getLast().content() + "!");

  @Test
  void chat_answersWhatTheScriptSaysAndThatItIsScripted() throws Exception {
    var reply = model.chat(ChatRequest.of("hello"));
    assertThat(reply.text()).isEqualTo("hello!");
    assertThat(reply.model()).isEqualTo("scripted").isEqualTo(model.name());
    assertThat(model.calls()).isEqualTo(1);
  }

  @Test
  void chat_deadlinePassed_failsWithoutAsking() {
    var request = ChatRequest.of("hello");
    var late = request.within(request.trace(), Deadline.after(Duration.ZERO, Time.system()));
    assertThatThrownBy(() -> model.chat(late)).isInstanceOf(ChatException.class);
    assertThat(model.calls()).isZero();
  }

  @Test
  void chat_interrupted_throws() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> model.chat(ChatRequest.of("hello")))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void chat_closed_isRefused() {
    model.close();
    assertThatThrownBy(() -> model.chat(ChatRequest.of("hello")))
        .isInstanceOf(ChatException.class)
        .hasMessageContaining("closed");
  }
}
