package dev.mama.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.mama.ChatException;
import dev.mama.ChatFormat;
import dev.mama.ChatMessage;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import dev.mama.Time;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.ChatModelContract;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.lang.reflect.Method;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/** LangChain4j's own client of OpenAI's protocol, on real sockets, as one of MAMA's models. */
@ExtendWith(LangChain4jChatModelTest.NotKept.class)
class LangChain4jChatModelTest extends ChatModelContract {

  private static final ChatTool.Call WISH = new ChatTool.Call("c1", "look", "{\"at\":\"this\"}");
  private static final ChatTool LOOK =
      new ChatTool(
          "look",
          "Looks.",
          """
          {"type":"object","properties":{"at":{"$ref":"#/$defs/place"}},"required":["at"],\
          "$defs":{"place":{"type":"string"}}}\
          """);
  private static final ChatTool WAIT = new ChatTool("wait", "Waits.", "{\"type\":\"object\"}");

  @Override
  protected ChatModel newModel(URI server) {
    return model(server);
  }

  @Test
  void chat_conversationToolsAndOptions_reachTheServer() throws Exception {
    var messages =
        List.of(
            ChatMessage.system("Be brief."),
            ChatMessage.user("Look."),
            ChatMessage.assistant("I do.", List.of(WISH)),
            ChatMessage.result(WISH, "seen"),
            ChatMessage.assistant(""),
            ChatMessage.user("Again."));
    Call call =
        sent(
            ChatRequest.of(messages)
                .tools(List.of(LOOK, WAIT))
                .toolChoice(ChatTool.Choice.REQUIRED)
                .temperature(0.25)
                .maxTokens(17));
    assertThat(call.messages()).isEqualTo(messages);
    assertThat(call.tools()).extracting(ChatTool::name).containsExactly("look", "wait");
    assertThat(call.tools().getFirst().schema())
        .contains("\"at\":{\"$ref\":\"#/$defs/place\"}", "\"place\":{\"type\":\"string\"}")
        .contains("\"required\":[\"at\"]");
    assertThat(call.toolChoice()).isEqualTo(ChatTool.Choice.REQUIRED);
    assertThat(call.temperature()).hasValue(0.25);
    assertThat(call.maxTokens()).hasValue(17);
  }

  @Test
  void chat_oneToolChosenByName_isTheOnlyOneOnOffer() throws Exception {
    Call call =
        sent(
            ChatRequest.of("Look.")
                .tools(List.of(LOOK, WAIT))
                .toolChoice(new ChatTool.Choice.Named("wait")));
    assertThat(call.tools()).extracting(ChatTool::name).containsExactly("wait");
    assertThat(call.toolChoice()).isEqualTo(ChatTool.Choice.REQUIRED);
  }

  @Test
  void chat_format_reachesTheServerButForItsStrictness() throws Exception {
    assertThat(sent(ChatRequest.of("x").format(ChatFormat.JSON)).format())
        .isEqualTo(ChatFormat.JSON);
    var schema = new ChatFormat.JsonSchema("plan", "{\"type\":\"object\"}", false);
    assertThat(sent(ChatRequest.of("x").format(schema)).format()).isEqualTo(schema);
  }

  @Test
  void chat_nothingChosen_nothingIsSent() throws Exception {
    Call call = sent(ChatRequest.of("x"));
    assertThat(call.temperature()).isEmpty();
    assertThat(call.maxTokens()).isEmpty();
    assertThat(call.tools()).isEmpty();
    assertThat(call.format()).isEqualTo(ChatFormat.TEXT);
  }

  @Test
  void chat_schemaOfAToolIsNoJson_isRefusedUnasked() {
    var calls = new CopyOnWriteArrayList<Call>();
    var request = ChatRequest.of("x").tools(List.of(new ChatTool("look", "", "{")));
    assertThatThrownBy(() -> ask(request, calls))
        .isInstanceOfSatisfying(
            ChatException.class,
            e -> assertThat(e.reason()).isEqualTo(ChatException.Reason.REFUSED));
    assertThat(calls).isEmpty();
  }

  @Test
  void new_noCallAtOnce_isRefused() {
    assertThatThrownBy(() -> new LangChain4jChatModel("any", openAi("x"), 0, Time.system()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("0", "any", "at least 1");
  }

  private static Call sent(ChatRequest request) throws InterruptedException {
    var calls = new CopyOnWriteArrayList<Call>();
    ask(request, calls);
    return calls.getFirst();
  }

  private static ChatReply ask(ChatRequest request, List<Call> calls) throws InterruptedException {
    try (var server =
            ScriptedChatServer.start(call -> {
              calls.add(call);
              return Answer.text("done");
            });
        var model = model(server.uri())) {
      return model.chat(request);
    }
  }

  private static ChatModel model(URI server) {
    return new LangChain4jChatModel("any", openAi(server + "/v1"), 64, Time.system());
  }

  private static OpenAiChatModel openAi(String server) {
    return OpenAiChatModel.builder()
        .baseUrl(server)
        .apiKey("none")
        .modelName("any")
        .maxRetries(0)
        .timeout(Duration.ofMinutes(1))
        .build();
  }

  /**
   * Holds that LangChain4j does not keep what it has no place for: the trace and what the contract
   * finds by it (which the tests above stand for), the idempotency key, the server's wish to be
   * left alone, and the address in a failure. A test that begins to pass fails here.
   */
  static class NotKept implements InvocationInterceptor {

    private static final Set<String> TESTS =
        Set.of(
            "chat_conversation_reachesTheServerWholeAndInOrder",
            "chat_toolsAndTheirResults_reachTheServerWhole",
            "chat_format_reachesTheServer",
            "chat_optionsLeftOut_areNotSent",
            "chat_trace_isSentAsAStepOfItsOwn",
            "chat_idempotencyKey_isSent",
            "chat_serverSaysWhenToComeBack_failureCarriesIt",
            "chat_serverAway_isTransientAndNamesIt");

    @Override
    public void interceptTestMethod(
        Invocation<Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
        throws Throwable {
      if (TESTS.contains(method.getExecutable().getName())) {
        assertThatThrownBy(test::proceed).isNotInstanceOf(InterruptedException.class);
      } else {
        test.proceed();
      }
    }
  }
}
