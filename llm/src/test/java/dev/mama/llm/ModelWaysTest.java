package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.Time;
import dev.mama.testkit.ManualTime;
import dev.mama.testkit.RateLimit;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Several keys and addresses of one model. */
class ModelWaysTest {

  private final ManualTime time = new ManualTime();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ScriptedLane one = new ScriptedLane("m");
  private final ScriptedLane two = new ScriptedLane("m");

  @Test
  void chat_severalWays_takeCallsByTheirWeight() throws Exception {
    try (var client = client(LlmTerms.FREE, LlmTerms.FREE, 3)) {
      for (int i = 0; i < 40; i++) {
        client.chat(ChatRequest.of("?"));
      }
    }
    assertThat(one.asked).hasSize(10);
    assertThat(two.asked).hasSize(30);
  }

  @Test
  void chat_oneKeyIsDenied_restsForAMinuteWhileTheOtherServes() throws Exception {
    one.fails(Reason.DENIED, 100);
    try (var client = client(LlmTerms.FREE, LlmTerms.FREE, 1)) {
      ChatReply reply = client.chat(ChatRequest.of("?"));
      assertThat(reply.attempts()).isEqualTo(2);
      assertThat(reply.passedOver()).isEmpty();
      for (int i = 0; i < 9; i++) {
        time.advance(Duration.ofSeconds(6));
        assertThat(client.chat(ChatRequest.of("?")).attempts()).isEqualTo(1);
      }
      assertThat(one.asked).hasSize(1);
      time.advance(Duration.ofSeconds(7));
      client.chat(ChatRequest.of("?"));
      client.chat(ChatRequest.of("?"));
      assertThat(one.asked).hasSize(2);
    }
  }

  @Test
  void chat_oneKeyIsRefusedForAWhile_theOtherServesAtOnce() throws Exception {
    one.fails(Reason.OVERLOADED, Duration.ofSeconds(30));
    try (var client = client(LlmTerms.FREE, LlmTerms.FREE, 1)) {
      for (int i = 0; i < 10; i++) {
        client.chat(ChatRequest.of("?"));
      }
      assertThat(one.asked).hasSize(1);
      assertThat(time.nanos()).isZero();
      time.advance(Duration.ofSeconds(31));
      client.chat(ChatRequest.of("?"));
      client.chat(ChatRequest.of("?"));
      assertThat(one.asked).hasSize(2);
    }
  }

  @Test
  void chat_oneKeysMinuteIsSpent_theOtherServesWithoutAWait() throws Exception {
    var tight = LlmTerms.FREE.withRequestsPerMinute(60);
    try (var client = client(tight, LlmTerms.FREE.withRequestsPerMinute(60_000), 1)) {
      for (int i = 0; i < 20; i++) { // one, and what the other has for 20 ms

        client.chat(ChatRequest.of("?"));
      }
      assertThat(time.nanos()).isZero();
      client.chat(ChatRequest.of("?"));
      assertThat(time.nanos()).as("both are spent").isPositive();
    }
    assertThat(one.asked.size() + two.asked.size()).isEqualTo(21);
  }

  @Test
  void chat_otherKeyIsShut_theOneLeftIsAskedAgainInstead() throws Exception {
    two.fails(Reason.OVERLOADED, Duration.ofSeconds(30));
    try (var client = client(LlmTerms.FREE, LlmTerms.FREE, 1)) {
      client.chat(ChatRequest.of("?"));
      client.chat(ChatRequest.of("?"));
      one.fails(Reason.FAILED, 1);
      assertThat(client.chat(ChatRequest.of("?")).attempts()).isEqualTo(2);
    }
    assertThat(two.asked).hasSize(1);
    assertThat(time.nanos()).isLessThan(Duration.ofSeconds(5).toNanos());
  }

  @Test
  void chat_allWaysFail_failsWithAllAttempts() {
    one.fails(Reason.FAILED, 100);
    two.fails(Reason.FAILED, 100);
    try (var client = client(LlmTerms.FREE, LlmTerms.FREE, 1)) {
      var e = catchThrowableOfType(ChatException.class, () -> client.chat(ChatRequest.of("?")));
      assertThat(e.reason()).isEqualTo(Reason.FAILED);
      assertThat(e.attempts()).isEqualTo(4);
    }
    assertThat(one.asked.size() + two.asked.size()).isEqualTo(4);
  }

  @Test
  void chat_requestItselfIsRefused_noOtherWayIsAsked() {
    one.fails(Reason.REFUSED, 1);
    try (var client = client(LlmTerms.FREE, LlmTerms.FREE, 1)) {
      assertThatThrownBy(() -> client.chat(ChatRequest.of("?"))).hasMessageContaining("scripted");
    }
    assertThat(two.asked).isEmpty();
  }

  @Test
  void chat_twoKeysAtOneServer_areLimitedEachAndNoCallFails() throws Exception {
    var byKey = new HashMap<String, AtomicInteger>();
    var limit = new RateLimit(5, Duration.ofMinutes(1), RateLimit.Form.SECONDS, Time.system());
    try (var server =
        ScriptedChatServer.start(
            limit.before(call -> {
              synchronized (byKey) {
                byKey
                    .computeIfAbsent(
                        call.header("authorization").orElse(""), k -> new AtomicInteger())
                    .incrementAndGet();
              }
              return Answer.text("served");
            }))) {
      var endpoint = LlmEndpoint.of(server.uri().toString(), "m");
      try (var client =
          LlmClient.builder(endpoint.withApiKey("key-one"))
              .alsoAt(endpoint.withApiKey("key-two"))
              .meters(meters)
              .build()) {
        for (int i = 0; i < 10; i++) {
          assertThat(client.chat(ChatRequest.of("?")).text()).isEqualTo("served");
        }
      }
      assertThat(byKey).hasSize(2);
      assertThat(byKey.values()).allSatisfy(count -> assertThat(count).hasValue(5));
      assertThat(meters.getMeters().toString()).doesNotContain("key-one");
    }
  }

  @Test
  void alsoAt_wrongWeight_isRefused() {
    var builder = LlmClient.builder(LlmEndpoint.of("http://localhost:1", "m"));
    var other = LlmEndpoint.of("http://localhost:2", "m");
    assertThatThrownBy(() -> builder.alsoAt(other, LlmTerms.FREE, 0))
        .hasMessageContaining("weight 0");
  }

  private LlmClient client(LlmTerms ofOne, LlmTerms ofTwo, double weight) {
    Map<Integer, ScriptedLane> byPort = Map.of(1, one, 2, two);
    return LlmClient.builder(LlmEndpoint.of("http://localhost:1", "m"), ofOne)
        .alsoAt(LlmEndpoint.of("http://localhost:2", "m"), ofTwo, weight)
        .opener(endpoint -> byPort.getOrDefault(endpoint.baseUrl().getPort(), one))
        .time(time)
        .seed(42)
        .meters(meters)
        .sleeper(time::advance)
        .build();
  }
}
