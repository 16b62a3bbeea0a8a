package dev.mama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationWindowTest {

  @Test
  void add_tooManyMessages_dropsTheOldestExchangeWhole() {
    var window = new ConversationWindow(5, 1_000);
    var call = new ChatTool.Call("1", "look", "{}");
    var first =
        List.of(
            ChatMessage.user("a"),
            ChatMessage.assistant("", List.of(call)),
            ChatMessage.result(call, "b"),
            ChatMessage.assistant("c"));
    window.add(first);
    assertThat(window.messages()).isEqualTo(first);
    var second = List.of(ChatMessage.user("d"), ChatMessage.assistant("e"));
    window.add(second);
    assertThat(window.messages()).isEqualTo(second);
  }

  @Test
  void add_tooManyCharacters_dropsTheOldestAndKeepsTheNewestInAnyCase() {
    var window = new ConversationWindow(100, 10);
    window.add(List.of(ChatMessage.user("12345")));
    window.add(List.of(ChatMessage.user("67890")));
    assertThat(window.messages()).hasSize(2);
    window.add(List.of(ChatMessage.user("x")));
    assertThat(window.messages()).hasSize(2);
    var tooLong = List.of(ChatMessage.user("longer than ten"));
    window.add(tooLong);
    assertThat(window.messages()).isEqualTo(tooLong);
  }

  @Test
  void window_negativeBounds_areRefused() {
    assertThatThrownBy(() -> new ConversationWindow(-1, 5)).hasMessageContaining("-1");
  }
}
