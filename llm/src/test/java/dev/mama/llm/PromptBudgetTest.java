package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatMessage;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import dev.mama.llm.LlmBudget.Scope;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Conversations are cut by the stated rule. */
class PromptBudgetTest {

  /** One token a word. */
  private static final TokenCounter WORDS = text -> text.isEmpty() ? 0 : text.split(" ", -1).length;

  private static final List<ChatMessage> TALK =
      List.of(
          ChatMessage.system("be brief"),
          ChatMessage.user("one one one one one one"),
          ChatMessage.assistant("two two two two two two"),
          ChatMessage.user("three three three"),
          ChatMessage.assistant("four four"),
          ChatMessage.user("five"));

  @Test
  void fit_enoughRoom_changesNothing() {
    var request = ChatRequest.of(TALK);
    assertThat(new PromptBudget(100, 20, WORDS).fit(request)).isEqualTo(request);
  }

  @Test
  void fit_tooLong_keepsSystemMessagesAndTheNewestWithoutAGap() {
    // 4 + system 6 + last 5 = 15; the fourth takes 6, the third 7, the second 10.
    assertThat(fitted(31, 10)).containsExactly("be brief", "four four", "five");
    assertThat(fitted(38, 10))
        .containsExactly("be brief", "three three three", "four four", "five");
    assertThat(fitted(25, 10)).containsExactly("be brief", "five");
  }

  @Test
  void fit_answersRoomIsAsked_isSetAside() {
    var request = ChatRequest.of(TALK).maxTokens(17);
    assertThat(new PromptBudget(38, 0, WORDS).fit(request).messages()).hasSize(3);
  }

  @Test
  void fit_tools_takeRoomToo() {
    // 4 and its four words, which takes the fourth message's room.
    var tool = new ChatTool("look", "far and wide", "{\"type\": \"object\"}");
    var request = ChatRequest.of(TALK).tools(List.of(tool));
    assertThat(new PromptBudget(38, 10, WORDS).fit(request).messages())
        .extracting(ChatMessage::content)
        .containsExactly("be brief", "five");
  }

  @Test
  void fit_whatMustStayDoesNot_isRefusedWithTheNumbers() {
    var budget = new PromptBudget(24, 10, WORDS);
    var e = catchThrowableOfType(ChatException.class, () -> budget.fit(ChatRequest.of(TALK)));
    assertThat(e.reason()).isEqualTo(Reason.REFUSED);
    assertThat(e).hasMessageContaining("15 tokens").hasMessageContaining("14 of the model's 24");
  }

  @Test
  void fit_resultsOfTools_goWithTheirCall() {
    var call = new ChatTool.Call("1", "look", "{}");
    var messages = new ArrayList<>(TALK.subList(0, 5));
    messages.add(ChatMessage.assistant("", List.of(call)));
    messages.add(ChatMessage.result(call, "found"));
    var request = ChatRequest.of(messages);
    var cut = new PromptBudget(40, 10, WORDS).fit(request).messages();
    assertThat(cut.get(cut.size() - 2).toolCalls()).containsExactly(call);
    messages.add(ChatMessage.user("and now?"));
    var tight = new PromptBudget(35, 10, WORDS).fit(ChatRequest.of(messages)).messages();
    assertThat(tight).extracting(ChatMessage::content).containsExactly("be brief", "and now?");
  }

  @Test
  void build_noRoomForAPrompt_isRefused() {
    assertThatThrownBy(() -> PromptBudget.of(100, 100)).hasMessageContaining("answerTokens 100");
    assertThat(TokenCounter.estimate().count("12345")).isEqualTo(2);
  }

  @Test
  void chat_promptOfOneModel_isCutBeforeItLeavesAndCounted() throws Exception {
    var meters = new SimpleMeterRegistry();
    try (var server = ScriptedChatServer.start(call -> Answer.text("" + call.messages().size()));
        var client =
            LlmClient.builder(
                    LlmEndpoint.of(server.uri().toString(), "m"),
                    LlmTerms.FREE.withPrompt(new PromptBudget(31, 10, WORDS)))
                .meters(meters)
                .build()) {
      assertThat(client.chat(ChatRequest.of(TALK)).text()).isEqualTo("3");
      assertThat(meters.get("mama.llm.prompt.cut").counter().count()).isEqualTo(3);
    }
  }

  @Test
  void chat_tokenizerGiven_countsWhatIsReservedOfBudgetsToo() throws Exception {
    // A word of a hundred characters is 25 tokens by length, and one by this tokenizer.
    var request = ChatRequest.of("a".repeat(100)).maxTokens(1);
    var counted = new AtomicInteger();
    TokenCounter words =
        text -> {
          counted.incrementAndGet();
          return WORDS.count(text);
        };
    try (var server = ScriptedChatServer.start(call -> Answer.text("x"))) {
      var endpoint = LlmEndpoint.of(server.uri().toString(), "m");
      var terms = LlmTerms.FREE.withPrompt(new PromptBudget(1_000, 10, words));
      var budget = LlmBudget.tokens(20, 20);
      try (var client = LlmClient.builder(endpoint, terms).budget(Scope.AGENT, budget).build()) {
        assertThat(client.chat(request).text()).isEqualTo("x");
        assertThat(counted).as("to fit, and to estimate").hasValueLessThanOrEqualTo(3);
      }
      try (var client = LlmClient.builder(endpoint).budget(Scope.AGENT, budget).build()) {
        var e = catchThrowableOfType(ChatException.class, () -> client.chat(request));
        assertThat(e.reason()).isEqualTo(Reason.BUDGET);
      }
    }
  }

  private static List<String> fitted(int contextTokens, int answerTokens) {
    return new PromptBudget(contextTokens, answerTokens, WORDS)
        .fit(ChatRequest.of(TALK)).messages().stream().map(ChatMessage::content).toList();
  }
}
