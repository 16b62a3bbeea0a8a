package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.mama.ChatException;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A canary key that streams carry to a server which repeats it wherever it can. */
class StreamSecretsTest {

  private static final String CANARY = "sk-canary-9876543210";

  @Test
  void stream_serverRepeatsTheKey_isInNoTextNoLogAndNoMetric() throws Exception {
    var log = new ConcurrentLinkedQueue<String>();
    var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    var recorder = recorder(root, log);
    Level before = root.getLevel();
    root.setLevel(Level.TRACE);
    var meters = new SimpleMeterRegistry();
    var texts = new ArrayList<String>();
    Function<Call, Answer> script =
        call -> {
          String key = call.header("authorization").orElse("none");
          return switch (call.text()) {
            case "refused" -> new Answer.Raw(401, "wrong key " + key, Map.of());
            case "no stream" -> Answer.garbage("<html>" + key);
            case "garbage" -> events("data: {\"key\":\"" + key + "\"\n\n");
            case "error" -> events("data: {\"error\":{\"message\":\"key " + key + "\"}}\n\n");
            case "cut" -> events("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n");
            default -> Answer.text("fine");
          };
        };
    try (var server = ScriptedChatServer.start(script);
        var client =
            LlmClient.builder(
                    LlmEndpoint.of(server.uri().toString(), "m")
                        .withApiKey(CANARY)
                        .withHeader("x-secret", CANARY + "-too"))
                .attempts(1)
                .backoff(Duration.ZERO, Duration.ZERO)
                .meters(meters)
                .build()) {
      for (String what : List.of("fine", "refused", "no stream", "garbage", "error", "cut")) {
        texts.add(outcome(client, ChatRequest.of(what).idempotencyKey("k-" + what.length())));
      }
      texts.add(outcome(client, ChatRequest.of("closed")));
    } finally {
      root.setLevel(before);
      root.detachAppender(recorder);
    }
    meters.getMeters().forEach(meter -> texts.add(meter.getId().toString()));
    assertThat(log).isNotEmpty().noneMatch(line -> line.contains(CANARY));
    assertThat(texts).noneMatch(text -> text.contains(CANARY));
    assertThat(texts.stream().filter(text -> text.contains("***"))).hasSize(4);
  }

  private static Answer events(String events) {
    return new Answer.Raw(200, events, Map.of("content-type", "text/event-stream"));
  }

  private static String outcome(LlmClient client, ChatRequest request) throws InterruptedException {
    try (ChatStream stream = client.stream(request)) {
      return stream.reply().toString();
    } catch (ChatException e) {
      var text = new StringWriter();
      e.printStackTrace(new PrintWriter(text, true));
      return text.toString();
    }
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
}
