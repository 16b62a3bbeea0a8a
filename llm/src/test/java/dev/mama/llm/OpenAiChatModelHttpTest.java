package dev.mama.llm;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the model does beyond the contract: its limits, its wire, its secrets. */
class OpenAiChatModelHttpTest {

  private static final String CANARY = "sk-canary-0123456789";

  @Test
  void chat_twoHundredCallers_shareThePoolsConnections() throws Exception {
    Function<Call, Answer> slow = call -> new Answer.Text(call.text(), Duration.ofMillis(5));
    try (var server = ScriptedChatServer.start(slow);
        var model = OpenAiChatModel.connect(at(server).withPoolSize(8))) {
      model.probe();
      var calls = new ArrayList<FutureTask<ChatReply>>();
      for (int i = 0; i < 200; i++) {
        calls.add(inThread(model, "question " + i));
      }
      for (var call : calls) {
        call.get(20, SECONDS);
      }
      assertThat(server.connections()).isBetween(2, 8);
      assertThat(server.peakInFlight()).isBetween(2, 8);
    }
  }

  @Test
  void chat_slowAnswer_replySaysHowLongItTook() throws Exception {
    Function<Call, Answer> slow = call -> new Answer.Text(call.text(), Duration.ofMillis(50));
    try (var server = ScriptedChatServer.start(slow);
        var model = OpenAiChatModel.connect(at(server))) {
      long start = System.nanoTime();
      ChatReply reply = model.chat(ChatRequest.of("hello"));
      var whole = Duration.ofNanos(System.nanoTime() - start);
      assertThat(reply.onWire()).isBetween(Duration.ofMillis(50), whole);
      assertThat(reply.queued().plus(reply.onWire())).isBetween(reply.onWire(), whole);
    }
  }

  @Test
  void chat_tooManyWaiting_isRefusedAtOnceWithTheLimit() throws Exception {
    try (var server = ScriptedChatServer.start(call -> new Answer.Hang());
        var model = OpenAiChatModel.connect(at(server).withPoolSize(1).withMaxWaiting(0))) {
      var first = inThread(model, "first");
      await().until(() -> server.inFlight() == 1);
      ChatException e = failure(model);
      assertThat(e).hasMessageContaining("0 calls wait").hasMessageContaining("maxWaiting");
      assertThat(e.isTransient()).isTrue();
      assertThat(first.isDone()).isFalse();
    }
  }

  @Test
  void chat_serverHangs_endsAtTheRequestTimeout() throws Exception {
    try (var server = ScriptedChatServer.start(call -> new Answer.Hang());
        var model =
            OpenAiChatModel.connect(at(server).withRequestTimeout(Duration.ofMillis(100)))) {
      ChatException e = failure(model);
      assertThat(e).hasMessageContaining("within PT0.1S, the requestTimeout");
      assertThat(e.isTransient()).isTrue();
    }
  }

  @Test
  void chat_answerTooLong_isGivenUpAndTheNextIsRead() throws Exception {
    Function<Call, Answer> script =
        call -> Answer.text(call.text().equals("long") ? "x".repeat(100_000) : "short");
    try (var server = ScriptedChatServer.start(script);
        var model = OpenAiChatModel.connect(at(server).withPoolSize(1).withMaxReplyBytes(10_000))) {
      var e = catchThrowableOfType(ChatException.class, () -> model.chat(ChatRequest.of("long")));
      assertThat(e).hasMessageContaining("maxReplyBytes (10000)");
      assertThat(e.isTransient()).isFalse();
      assertThat(model.chat(ChatRequest.of("next")).text()).isEqualTo("short");
    }
  }

  @Test
  void chat_errorBody_isCutAndOnOneLine() throws Exception {
    var raw = new Answer.Raw(400, "first\r\nsecond " + "x".repeat(1_000), Map.of());
    try (var server = ScriptedChatServer.start(call -> raw);
        var model = OpenAiChatModel.connect(at(server))) {
      assertThat(failure(model).getMessage())
          .contains("HTTP 400: first second xxx")
          .doesNotContain("x".repeat(200))
          .doesNotContain("\n");
    }
  }

  @Test
  void chat_nullContent_isEmpty() throws Exception {
    var raw = Answer.garbage("{\"choices\":[{\"message\":{\"content\":null}}]}");
    try (var server = ScriptedChatServer.start(call -> raw);
        var model = OpenAiChatModel.connect(at(server))) {
      ChatReply reply = model.chat(ChatRequest.of("anything"));
      assertThat(reply.text()).isEmpty();
      assertThat(reply.model()).isEqualTo("asked");
    }
  }

  @Test
  void chat_headersAndModel_areSent() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Answer.text("ok"));
        var model =
            OpenAiChatModel.connect(at(server).withApiKey(CANARY).withHeader("X-Team", "blue"))) {
      var request = ChatRequest.of("hello");
      model.chat(request);
      Call call = server.lastCall(request.trace().traceId()).orElseThrow();
      assertThat(call.model()).isEqualTo("asked").isEqualTo(model.name());
      assertThat(call.header("Authorization")).hasValue("Bearer " + CANARY);
      assertThat(call.header("x-team")).hasValue("blue");
      assertThat(call.header("content-type")).hasValue("application/json");
    }
  }

  @Test
  void chat_connectionsDroppedWhileIdle_costsAtMostOneTransientFailure() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Answer.text("ok"));
        var model = OpenAiChatModel.connect(at(server).withPoolSize(1))) {
      for (int round = 0; round < 50; round++) {
        model.chat(ChatRequest.of("hello"));
        server.dropConnections();
        try {
          model.chat(ChatRequest.of("on a connection that may just be closing"));
        } catch (ChatException e) {
          assertThat(e.isTransient()).isTrue();
        }
      }
      assertThat(model.chat(ChatRequest.of("last")).text()).isEqualTo("ok");
    }
  }

  @Test
  void close_callsWaiting_failAtOnce() throws Exception {
    try (var server = ScriptedChatServer.start(call -> new Answer.Hang())) {
      var model = OpenAiChatModel.connect(at(server).withPoolSize(1));
      var calls = new ArrayList<FutureTask<ChatReply>>();
      for (int i = 0; i < 100; i++) {
        calls.add(inThread(model, "question"));
      }
      await().until(() -> server.inFlight() == 1);
      model.close();
      model.close();
      for (var call : calls) {
        assertThat(call)
            .failsWithin(Duration.ofSeconds(10))
            .withThrowableThat()
            .havingCause()
            .isInstanceOf(ChatException.class)
            .withMessageContaining("is closed");
      }
      assertThat(server.requests()).isEqualTo(1);
    }
  }

  @Test
  void close_eventLoops_end() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Answer.text("ok"));
        var model = OpenAiChatModel.connect(at(server))) {
      model.chat(ChatRequest.of("hello"));
      assertThat(loopThreads()).isPositive();
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> loopThreads() == 0);
  }

  @Test
  void probe_serverAnswersAnything_returns() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Answer.text("ok"));
        var model = OpenAiChatModel.connect(LlmEndpoint.of(server.uri() + "/elsewhere", "m"))) {
      model.probe();
      assertThat(server.connections()).isEqualTo(1);
      assertThat(server.requests()).isZero();
    }
  }

  @Test
  void probe_nothingListens_saysSoInOneLine() throws Exception {
    int port = freePort();
    try (var model = OpenAiChatModel.connect(LlmEndpoint.of("http://127.0.0.1:" + port, "m"))) {
      var e = catchThrowableOfType(ChatException.class, model::probe);
      assertThat(e.getMessage())
          .contains("http://127.0.0.1:" + port, "cannot be reached", "start the server")
          .doesNotContain("\n");
      assertThat(e.isTransient()).isTrue();
    }
  }

  @Test
  void probe_serverAcceptsAndIsSilent_endsAtTheConnectTimeout() throws Exception {
    try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        var model =
            OpenAiChatModel.connect(
                LlmEndpoint.of("http://127.0.0.1:" + silent.getLocalPort(), "m")
                    .withConnectTimeout(Duration.ofMillis(200)))) {
      var e = catchThrowableOfType(ChatException.class, model::probe);
      assertThat(e).hasMessageContaining("did not answer within");
    }
  }

  @Test
  void apiKey_whateverHappens_isInNoTextAndNoLog() throws Exception {
    var log = new ConcurrentLinkedQueue<String>();
    var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    var recorder = recorder(root, log);
    Level before = root.getLevel();
    root.setLevel(Level.TRACE);
    Function<Call, Answer> script =
        call ->
            switch (call.text()) {
              case "echo" ->
                  new Answer.Raw(401, "wrong key " + call.header("authorization"), Map.of());
              case "garbage" -> Answer.garbage("no JSON but " + call.header("x-secret"));
              case "hang" -> new Answer.Hang();
              default -> Answer.text("ok");
            };
    var texts = new ArrayList<String>();
    var server = ScriptedChatServer.start(script);
    var endpoint =
        at(server)
            .withApiKey(CANARY)
            .withHeader("x-secret", CANARY + "-too")
            .withRequestTimeout(Duration.ofMillis(200));
    var model = OpenAiChatModel.connect(endpoint);
    try {
      texts.add(model.toString());
      model.probe();
      texts.add(model.chat(ChatRequest.of("fine")).toString());
      for (String text : new String[] {"echo", "garbage", "hang"}) {
        texts.add(stack(() -> model.chat(ChatRequest.of(text))));
      }
      server.close();
      texts.add(stack(() -> model.chat(ChatRequest.of("away"))));
      model.close();
      texts.add(stack(() -> model.chat(ChatRequest.of("closed"))));
    } finally {
      server.close();
      model.close();
      root.setLevel(before);
      root.detachAppender(recorder);
    }
    assertThat(log).isNotEmpty().noneMatch(line -> line.contains(CANARY));
    assertThat(texts).hasSize(7).noneMatch(text -> text.contains(CANARY));
    assertThat(texts).anyMatch(text -> text.contains("wrong key")).anyMatch(t -> t.contains("***"));
  }

  private static LlmEndpoint at(ScriptedChatServer server) {
    return LlmEndpoint.of(server.uri().toString(), "asked");
  }

  private static ChatException failure(ChatModel model) {
    return catchThrowableOfType(ChatException.class, () -> model.chat(ChatRequest.of("hello")));
  }

  private static FutureTask<ChatReply> inThread(ChatModel model, String text) {
    var task = new FutureTask<>(() -> model.chat(ChatRequest.of(text)));
    Thread.ofVirtual().start(task);
    return task;
  }

  private static String stack(ThrowingCallable call) {
    var text = new StringWriter();
    catchThrowableOfType(ChatException.class, call).printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  private static AppenderBase<ILoggingEvent> recorder(
      Logger root, ConcurrentLinkedQueue<String> log) {
    var layout = new PatternLayout();
    layout.setContext(root.getLoggerContext());
    layout.setPattern("%logger %msg %ex{full}");
    layout.start();
    var recorder =
        new AppenderBase<ILoggingEvent>() {
          @Override
          protected void append(ILoggingEvent event) {
            log.add(layout.doLayout(event));
          }
        };
    recorder.setContext(root.getLoggerContext());
    recorder.start();
    root.addAppender(recorder);
    return recorder;
  }

  private static long loopThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.isAlive() && thread.getName().startsWith("mama-llm"))
        .count();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
