package dev.mama.llm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ChatMessage;
import dev.mama.ChatMessage.Role;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import dev.mama.runtime.AgentGroup;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.ScriptedChatModel;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** The ready agent in a group, over the scripted model; once over the scripted server. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class LlmAgentTest {

  record Day(String city, int inDays) {}

  record Weather(String sky) {}

  record Plan(List<String> steps) {}

  record Nothing() {}

  private static final AgentId GUIDE = AgentId.of("guide");

  private final List<ChatRequest> asked = new CopyOnWriteArrayList<>();
  private @Nullable Sender client;
  private final List<Day> days = new CopyOnWriteArrayList<>();

  /** A guide that looks at the weather before it plans. */
  private LlmAgent.Builder guide() {
    return LlmAgent.builder("You plan a day in a city.")
        .tool(
            "weather",
            "The weather of a day",
            Day.class,
            (day, context) -> {
              days.add(day);
              return new Weather(day.inDays() == 0 ? "rain" : "sun");
            })
        .request(request -> request.temperature(0.2));
  }

  @Test
  void ask_overTheServer_callsToolsInTheTurnThenAnswersByARecord() throws Exception {
    Function<Call, Answer> script =
        call ->
            switch (call.messages().getLast().role()) {
              case USER ->
                  new Answer.Tools(
                      List.of(
                          new ChatTool.Call("c1", "weather", "{\"city\":\"Rome\",\"inDays\":0}"),
                          new ChatTool.Call("c2", "weather", "{\"city\":\"Rome\",\"inDays\":1}")));
              default -> Answer.text("Gladly: {\"steps\": [\"museum\", \"park\"]}");
            };
    try (var server = ScriptedChatServer.start(script);
        var model = LlmClient.builder(LlmEndpoint.of(server.uri().toString(), "m")).build();
        var group = group(model)) {
      group.define(AgentType.of("guide", () -> guide().answer(Plan.class).build()));
      group.start(GUIDE, "guide");
      Payload plan = ask(group, "Rome, please");
      assertThat(plan.as(Plan.class)).isEqualTo(new Plan(List.of("museum", "park")));
      assertThat(days).containsExactly(new Day("Rome", 0), new Day("Rome", 1));
      assertThat(server.requests()).isEqualTo(2);
    }
  }

  @Test
  void ask_toolResults_followTheirCallsInTheConversation() throws Exception {
    say(
        guide(),
        request ->
            request.messages().getLast().role() == Role.USER
                ? calling("weather", "{\"city\":\"Rome\",\"inDays\":0}")
                : ChatMessage.assistant("Stay in."),
        group -> assertThat(text(ask(group, "Rome"))).isEqualTo("Stay in."));
    assertThat(asked.get(1).messages())
        .containsExactly(
            ChatMessage.system("You plan a day in a city."),
            ChatMessage.user("Rome"),
            calling("weather", "{\"city\":\"Rome\",\"inDays\":0}"),
            ChatMessage.result(new ChatTool.Call("c", "weather", ""), "{\"sky\":\"rain\"}"));
    assertThat(asked.get(0).tools()).hasSize(1);
    assertThat(asked.get(0).temperature()).hasValue(0.2);
    assertThat(asked.get(0).caller()).isPresent();
  }

  @Test
  void ask_modelErrsAboutATool_isToldWhatIsWrong() throws Exception {
    var builder =
        guide()
            .tool(
                "fails",
                "",
                Nothing.class,
                (nothing, context) -> {
                  throw new IllegalStateException("no ladder");
                });
    say(
        builder,
        request ->
            switch (asked.size()) {
              case 1 -> calling("wether", "{}");
              case 2 -> calling("weather", "{\"city\":\"Rome\"}");
              case 3 -> calling("weather", "not JSON");
              case 4 -> calling("fails", "");
              default -> ChatMessage.assistant("I give up.");
            },
        group -> assertThat(text(ask(group, "Rome"))).isEqualTo("I give up."));
    assertThat(asked.get(4).messages().stream().filter(m -> m.role() == Role.TOOL))
        .extracting(ChatMessage::content)
        .satisfiesExactly(
            none -> assertThat(none).contains("no tool 'wether'", "weather"),
            misfit -> assertThat(misfit).contains("$.inDays is missing"),
            noJson -> assertThat(noJson).contains("no JSON object"),
            failed -> assertThat(failed).contains("no ladder"));
    assertThat(days).isEmpty();
  }

  @Test
  void ask_modelNeverStopsCallingTools_endsAtTheLastRound() throws Exception {
    say(
        guide().rounds(3),
        request -> calling("weather", "{\"city\":\"Rome\",\"inDays\":0}"),
        group ->
            assertThatThrownBy(() -> ask(group, "Rome"))
                .isInstanceOf(AgentFailedException.class)
                .hasMessageContaining("3 rounds"));
    assertThat(asked).hasSize(3);
    assertThat(asked.get(2).toolChoice()).isEqualTo(ChatTool.Choice.NONE);
    assertThat(days).hasSize(2);
  }

  @Test
  void ask_answerDoesNotFit_isAskedOnceMore() throws Exception {
    say(
        LlmAgent.builder("You plan.").answer(Plan.class),
        request -> ChatMessage.assistant(asked.size() == 1 ? "none" : "{\"steps\":[\"a\"]}"),
        group -> assertThat(ask(group, "Rome").as(Plan.class).steps()).containsExactly("a"));
    assertThat(asked).hasSize(2);
    assertThat(asked.get(1).messages().getLast().content()).contains("no JSON object");
    assertThat(asked.get(0).messages().stream().filter(m -> m.role() == Role.SYSTEM)).hasSize(1);
  }

  @Test
  void ask_conversation_isKeptPerSenderAndWithoutFailedTurns() throws Exception {
    say(
        LlmAgent.builder("You talk.").window(4, 1_000),
        request -> {
          String said = request.messages().getLast().content();
          if (said.equals("fail")) {
            throw new IllegalStateException("scripted");
          }
          return ChatMessage.assistant("re: " + said);
        },
        group -> {
          ask(group, "one");
          assertThatThrownBy(() -> ask(group, "fail")).isInstanceOf(AgentFailedException.class);
          ask(group, "two");
          ask(group, "three");
          ask(group, "four");
          ask(group.client("other"), "five");
        });
    assertThat(contents(asked.get(asked.size() - 2)))
        .containsExactly("You talk.", "two", "re: two", "three", "re: three", "four");
    assertThat(contents(asked.getLast())).containsExactly("You talk.", "five");
  }

  @Test
  void ask_record_isSaidAsJson() throws Exception {
    say(
        LlmAgent.builder("You plan."),
        request -> ChatMessage.assistant("ok"),
        group -> group.client("c").ask(GUIDE, Payload.of(new Day("Rome", 2)), LONG));
    assertThat(asked.getFirst().messages().getLast().content())
        .isEqualTo("Day {\"city\":\"Rome\",\"inDays\":2}");
  }

  @Test
  void builder_wrongOptions_areNamed() {
    assertThatThrownBy(() -> guide().tool("weather", "", Nothing.class, (n, c) -> n))
        .hasMessageContaining("'weather'");
    assertThatThrownBy(() -> guide().tool("a b", "", Nothing.class, (n, c) -> n))
        .hasMessageContaining("'a b'");
    assertThatThrownBy(() -> guide().rounds(0)).hasMessageContaining("rounds 0");
    assertThatThrownBy(() -> guide().window(-1, 0)).hasMessageContaining("-1");
  }

  private static final Duration LONG = Duration.ofSeconds(20);

  private interface Conversation {
    void with(AgentGroup group) throws Exception;
  }

  private void say(
      LlmAgent.Builder agent, Function<ChatRequest, ChatMessage> script, Conversation conversation)
      throws Exception {
    try (var model =
            ScriptedChatModel.saying(request -> {
              asked.add(request);
              return script.apply(request);
            });
        var group = group(model)) {
      group.define(AgentType.of("guide", agent::build));
      group.start(GUIDE, "guide");
      conversation.with(group);
    }
  }

  private static AgentGroup group(ChatModel model) {
    return AgentGroup.builder(ExperimentId.of("exp")).chatModel(model).build();
  }

  private Payload ask(AgentGroup group, String text) throws InterruptedException {
    if (client == null) {
      client = group.client("client");
    }
    return ask(client, text);
  }

  private static Payload ask(Sender client, String text) throws InterruptedException {
    return client.ask(GUIDE, Payload.text(text), LONG);
  }

  private static String text(Payload payload) {
    return payload.as(Payload.Text.class).text();
  }

  private static ChatMessage calling(String tool, String arguments) {
    return ChatMessage.assistant("", List.of(new ChatTool.Call("c", tool, arguments)));
  }

  private static List<String> contents(ChatRequest request) {
    return request.messages().stream().map(ChatMessage::content).toList();
  }
}
