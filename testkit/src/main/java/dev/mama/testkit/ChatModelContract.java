package dev.mama.testkit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.ChatException;
import dev.mama.ChatFormat;
import dev.mama.ChatMessage;
import dev.mama.ChatMessage.Role;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import dev.mama.Deadline;
import dev.mama.Trace;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link ChatModel} that speaks OpenAI's chat completions must do, shown against a
 * {@link ScriptedChatServer}. Every wait is bounded, so that a broken model fails and does not
 * hang.
 */
@Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
public abstract class ChatModelContract extends ChatStreamContract {

  @Test
  void chat_manyCallersAtOnce_eachGetsItsOwnAnswerOfOneRequest() throws Exception {
    var calls = new ArrayList<FutureTask<ChatReply>>();
    for (int i = 0; i < CALLERS; i++) {
      var request = ChatRequest.of("echo " + i);
      calls.add(inThread(() -> model.chat(request)));
    }
    for (int i = 0; i < CALLERS; i++) {
      assertThat(calls.get(i).get(BOUND_SECONDS, SECONDS).text()).isEqualTo("echo " + i);
    }
    assertThat(server.requests()).isEqualTo(CALLERS);
  }

  @Test
  void chat_conversation_reachesTheServerWholeAndInOrder() throws Exception {
    var messages =
        List.of(
            new ChatMessage(Role.SYSTEM, "Be brief."),
            new ChatMessage(
                Role.USER, "Who wrote \"Faust\"?\nIn one word: \u00e4 \u6f22 \ud83d\ude80"),
            new ChatMessage(Role.ASSISTANT, ""),
            new ChatMessage(Role.USER, "echo"));
    var trace = Trace.start();
    model.chat(
        ChatRequest.of(messages).temperature(0.25).maxTokens(17).within(trace, Deadline.NONE));

    Call call = server.lastCall(trace.traceId()).orElseThrow();
    assertThat(call.messages()).isEqualTo(messages);
    assertThat(call.temperature()).hasValue(0.25);
    assertThat(call.maxTokens()).hasValue(17);
  }

  @Test
  void chat_toolsAndTheirResults_reachTheServerWhole() throws Exception {
    var weather =
        new ChatTool("weather", "The weather of a \"city\"", "{\"type\":\"object\",\"x\":1.5}");
    var news = new ChatTool("news", "", "{\"type\":\"object\"}");
    var calls =
        List.of(
            new ChatTool.Call("a1", "weather", "{\"city\":\"K\u00f6ln\"}"),
            new ChatTool.Call("a2", "news", "{}"));
    var messages =
        List.of(
            ChatMessage.user("Rain?"),
            ChatMessage.assistant("", calls),
            ChatMessage.result(calls.get(0), "wet"),
            ChatMessage.result(calls.get(1), ""),
            ChatMessage.assistant("I see.", calls.subList(0, 1)),
            ChatMessage.result(calls.get(0), "echo"));
    for (var choice :
        List.of(
            ChatTool.Choice.AUTO,
            ChatTool.Choice.NONE,
            ChatTool.Choice.REQUIRED,
            new ChatTool.Choice.Named("news"))) {
      Call call = sent(ChatRequest.of(messages).tools(List.of(weather, news)).toolChoice(choice));
      assertThat(call.messages()).isEqualTo(messages);
      assertThat(call.tools()).containsExactly(weather, news);
      assertThat(call.toolChoice()).isEqualTo(choice);
    }
  }

  @Test
  void chat_format_reachesTheServer() throws Exception {
    for (var format :
        List.of(
            ChatFormat.TEXT,
            ChatFormat.JSON,
            new ChatFormat.JsonSchema("plan", "{\"type\":\"object\"}", true),
            new ChatFormat.JsonSchema("plan", "{}", false))) {
      assertThat(sent(ChatRequest.of("echo").format(format)).format()).isEqualTo(format);
    }
  }

  @Test
  void chat_modelCallsTools_replySaysWhich() throws Exception {
    ChatReply reply = model.chat(ChatRequest.of("call look {\"at\":\"this\"}"));
    assertThat(reply.toolCalls())
        .containsExactly(
            new ChatTool.Call("c0", "look", "{\"at\":\"this\"}"),
            new ChatTool.Call("c1", "again", "{}"));
    assertThat(reply.finish()).isEqualTo(ChatReply.Finish.TOOLS);
    assertThat(reply.text()).isEmpty();
    assertThat(model.chat(ChatRequest.of("echo")).toolCalls()).isEmpty();
  }

  @Test
  void name_isGiven() {
    assertThat(model.name()).isNotBlank();
  }

  @Test
  void chat_optionsLeftOut_areNotSent() throws Exception {
    var request = ChatRequest.of("echo");
    model.chat(request);
    Call call = server.lastCall(request.trace().traceId()).orElseThrow();
    assertThat(call.temperature()).isEmpty();
    assertThat(call.maxTokens()).isEmpty();
    assertThat(call.tools()).isEmpty();
  }

  @Test
  void chat_trace_isSentAsAStepOfItsOwn() throws Exception {
    var request = ChatRequest.of("echo");
    model.chat(request);
    var sent = server.lastCall(request.trace().traceId()).flatMap(Call::trace).orElseThrow();
    assertThat(sent.span()).isNotEqualTo(request.trace().span());
  }

  @Test
  void chat_reply_saysWhatServedIt() throws Exception {
    ChatReply reply = model.chat(ChatRequest.of("echo one two").system("Be brief."));
    assertThat(reply.model()).isEqualTo(ScriptedChatServer.MODEL);
    assertThat(reply.promptTokens()).isEqualTo(5);
    assertThat(reply.completionTokens()).isEqualTo(3);
    assertThat(reply.queued()).isGreaterThanOrEqualTo(Duration.ZERO);
    assertThat(reply.onWire()).isPositive();
  }

  @Test
  void chat_answered_replyCountsTheAttempt() throws Exception {
    ChatReply reply = model.chat(ChatRequest.of("echo"));
    assertThat(reply.attempts()).isEqualTo(1);
    assertThat(reply.source()).isEqualTo(ChatReply.Source.MODEL);
    assertThat(reply.passedOver()).isEmpty();
  }

  @Test
  void chat_idempotencyKey_isSent() throws Exception {
    var request = ChatRequest.of("echo").idempotencyKey("order-7");
    model.chat(request);
    Call call = server.lastCall(request.trace().traceId()).orElseThrow();
    assertThat(call.header("Idempotency-Key")).hasValue("order-7");
  }

  @Test
  void chat_serverSaysWhenToComeBack_failureCarriesIt() {
    var patient = within(ChatRequest.of("later 3600"), Duration.ofSeconds(2));
    assertThat(failure(patient).retryAfter()).hasValue(Duration.ofHours(1));
  }

  @Test
  void chat_emptyAnswer_isAnAnswer() throws Exception {
    assertThat(model.chat(ChatRequest.of("empty")).text()).isEmpty();
  }

  @Test
  void chat_deadlinePassed_failsWithoutAsking() {
    var late = within(ChatRequest.of("echo"), Duration.ZERO);
    assertThat(failure(late).isTransient()).isTrue();
    assertThat(server.requests()).isZero();
  }

  @Test
  void chat_serverHangs_endAtTheDeadlineAndLeaveTheModelUsable() throws Exception {
    var calls = new ArrayList<FutureTask<ChatException>>();
    for (int i = 0; i < GIVEN_UP; i++) {
      calls.add(inThread(() -> failure(within(ChatRequest.of("hang"), Duration.ofMillis(250)))));
    }
    for (var call : calls) {
      assertThat(call.get(BOUND_SECONDS, SECONDS).isTransient()).isTrue();
    }
    assertUsable();
  }

  @Test
  void chat_interrupted_endsAtOnceAndLeavesTheModelUsable() throws Exception {
    var calls = new ArrayList<FutureTask<ChatReply>>();
    for (int i = 0; i < GIVEN_UP; i++) {
      calls.add(inThread(() -> model.chat(ChatRequest.of("hang"))));
    }
    await().atMost(Duration.ofSeconds(BOUND_SECONDS)).until(() -> server.inFlight() > 0);
    threads.forEach(Thread::interrupt);
    for (var call : calls) {
      assertThatThrownBy(() -> call.get(BOUND_SECONDS, SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InterruptedException.class);
    }
    assertUsable();
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 409, 429, 500, 502, 503})
  void chat_serverBusy_isTransient(int status) {
    assertThat(failure(ChatRequest.of("status " + status)).isTransient()).isTrue();
  }

  @Test
  void chat_manyFailures_leaveTheModelUsable() throws Exception {
    for (int i = 0; i < GIVEN_UP; i++) {
      failure(ChatRequest.of(i % 2 == 0 ? "status 503" : "garbage <html>"));
    }
    assertUsable();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 422})
  void chat_requestRefused_isNotTransient(int status) {
    ChatException e = failure(ChatRequest.of("status " + status));
    assertThat(e.isTransient()).isFalse();
    assertThat(e).hasMessageContaining(Integer.toString(status));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>", "null", "{}", "{\"choices\":[]}", "{\"choices\":"})
  void chat_answerIsNoChatCompletion_isNotTransient(String body) {
    assertThat(failure(ChatRequest.of("garbage " + body)).isTransient()).isFalse();
  }

  @Test
  void chat_serverAway_isTransientAndNamesIt() {
    server.close();
    ChatException e = failure(within(ChatRequest.of("echo"), Duration.ofSeconds(5)));
    assertThat(e.isTransient()).isTrue();
    assertThat(e).hasMessageContaining(server.uri().getAuthority());
  }

  @Test
  void chat_serverRestarted_isAnsweredAgain() throws Exception {
    assertUsable();
    server.close();
    server = ScriptedChatServer.start(server.uri().getPort(), ChatModelContract::script);
    // A connection that died unnoticed may cost a call, which says that asking again may help.
    await()
        .atMost(Duration.ofSeconds(BOUND_SECONDS))
        .ignoreExceptionsMatching(e -> e instanceof ChatException c && c.isTransient())
        .until(() -> model.chat(ChatRequest.of("echo")).text().equals("echo"));
  }

  @Test
  void chat_closed_isRefusedAndNotTransient() throws Exception {
    assertUsable();
    model.close();
    long before = server.requests();
    assertThat(failure(ChatRequest.of("echo")).isTransient()).isFalse();
    assertThat(server.requests()).isEqualTo(before);
  }

  @Test
  void close_callsInFlight_fail() throws Exception {
    var calls = new ArrayList<FutureTask<ChatException>>();
    for (int i = 0; i < GIVEN_UP; i++) {
      calls.add(inThread(() -> failure(ChatRequest.of("hang"))));
    }
    await().atMost(Duration.ofSeconds(BOUND_SECONDS)).until(() -> server.inFlight() > 0);
    model.close();
    for (var call : calls) {
      assertThat(call.get(BOUND_SECONDS, SECONDS)).isNotNull();
    }
  }

  private Call sent(ChatRequest request) throws InterruptedException {
    model.chat(request);
    return server.lastCall(request.trace().traceId()).orElseThrow();
  }
}
