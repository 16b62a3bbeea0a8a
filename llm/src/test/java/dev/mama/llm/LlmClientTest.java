package dev.mama.llm;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.AgentId;
import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatFormat;
import dev.mama.ChatReply;
import dev.mama.ChatReply.Source;
import dev.mama.ChatRequest;
import dev.mama.ChatRequest.Caller;
import dev.mama.ChatRequest.Priority;
import dev.mama.ChatTool;
import dev.mama.Deadline;
import dev.mama.ExperimentId;
import dev.mama.llm.LlmBudget.Scope;
import dev.mama.testkit.ManualTime;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the stages do together; in virtual time wherever nothing but time matters. */
class LlmClientTest {

  private final ManualTime time = new ManualTime();
  private final List<Duration> slept = new ArrayList<>();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ScriptedLane first = new ScriptedLane("first");
  private final ScriptedLane second = new ScriptedLane("second");

  @Test
  void chat_failsTwice_waitsUpToTwiceAsLongEachTimeAndSaysHowOftenItAsked() throws Exception {
    first.fails(Reason.FAILED, 2);
    try (var client = client().build()) {
      ChatReply reply = client.chat(ChatRequest.of("?"));
      assertThat(reply.attempts()).isEqualTo(3);
      assertThat(reply.queued()).isEqualTo(slept.get(0).plus(slept.get(1)).minusMillis(10));
    }
    assertThat(slept.get(0)).isLessThanOrEqualTo(Duration.ofMillis(500));
    assertThat(slept.get(1)).isLessThanOrEqualTo(Duration.ofSeconds(1));
    assertThat(first.asked.stream().map(ChatRequest::idempotencyKey).distinct()).hasSize(1);
  }

  @Test
  void chat_sameSeed_waitsTheSame() throws Exception {
    first.fails(Reason.FAILED, 2);
    try (var client = client().build()) {
      client.chat(ChatRequest.of("?"));
      var before = List.copyOf(slept);
      slept.clear();
      first.fails(Reason.FAILED, 2);
      try (var again = client().build()) {
        again.chat(ChatRequest.of("?"));
      }
      assertThat(slept).isEqualTo(before);
    }
  }

  @Test
  void chat_twoCalls_haveKeysOfTheirOwn() throws Exception {
    try (var client = client().build()) {
      var request = ChatRequest.of("?");
      client.chat(request);
      client.chat(request);
      client.chat(request.idempotencyKey("mine"));
    }
    assertThat(first.asked.stream().map(r -> r.idempotencyKey().orElseThrow()).distinct())
        .hasSize(3)
        .contains("mine");
  }

  @Test
  void chat_serverAsksToWait_waitsThatLongBeforeAskingAgain() throws Exception {
    first.fails(Reason.OVERLOADED, Duration.ofSeconds(30));
    try (var client = client().build()) {
      assertThat(client.chat(ChatRequest.of("?")).attempts()).isEqualTo(2);
    }
    assertThat(time.nanos())
        .isBetween(Duration.ofSeconds(30).toNanos(), Duration.ofSeconds(33).toNanos());
  }

  @Test
  void chat_serverAsksToWaitBeyondTheDeadline_failsAtOnceAndSoDoesTheNextCall() {
    first.fails(Reason.OVERLOADED, Duration.ofSeconds(30));
    try (var client = client().build()) {
      ChatException e = failure(client, within(Duration.ofSeconds(20)));
      assertThat(e.reason()).isEqualTo(Reason.OVERLOADED);
      assertThat(e.attempts()).isEqualTo(1);
      assertThat(e.retryAfter()).hasValue(Duration.ofSeconds(30));
      ChatException next = failure(client, within(Duration.ofSeconds(20)));
      assertThat(next.reason()).isEqualTo(Reason.DEADLINE);
      assertThat(next.attempts()).isZero();
      assertThat(next.retryAfter()).hasValue(Duration.ofSeconds(30));
    }
    assertThat(slept).isEmpty();
    assertThat(first.asked).hasSize(1);
  }

  @Test
  void chat_firstModelFails_theNextAnswersUnderAnotherKeyAndTheReplySaysWhy() throws Exception {
    first.fails(Reason.UNREACHABLE, 3);
    try (var client = chain().build()) {
      ChatReply reply = client.chat(ChatRequest.of("?"));
      assertThat(reply.model()).isEqualTo("second");
      assertThat(reply.attempts()).isEqualTo(4);
      assertThat(reply.passedOver()).containsExactly("first: UNREACHABLE");
    }
    assertThat(second.asked.getFirst().idempotencyKey())
        .isNotEqualTo(first.asked.getFirst().idempotencyKey());
    assertThat(count("mama.llm.next", "model", "first", "reason", "unreachable")).isEqualTo(1);
  }

  @Test
  void chat_requestItselfIsRefused_noOtherModelIsAsked() {
    first.fails(Reason.REFUSED, 1);
    try (var client = chain().build()) {
      assertThat(failure(client, ChatRequest.of("?")).reason()).isEqualTo(Reason.REFUSED);
    }
    assertThat(second.asked).isEmpty();
  }

  @Test
  void chat_allModelsFail_theFailureCountsAllAttemptsAndNamesAll() {
    first.fails(Reason.FAILED, 3);
    second.fails(Reason.DENIED, 1);
    try (var client = chain().build()) {
      ChatException e = failure(client, ChatRequest.of("?"));
      assertThat(e.reason()).isEqualTo(Reason.DENIED);
      assertThat(e.attempts()).isEqualTo(4);
      assertThat(e).hasMessageContaining("first: FAILED");
    }
  }

  @Test
  void chat_modelFailsTooOften_isLeftAloneThenTriedAgain() throws Exception {
    first.fails(Reason.FAILED, 4);
    var options = new BreakerOptions(4, 0.5, 1, Duration.ofMinutes(1), Duration.ofSeconds(10));
    try (var client = chain().attempts(1).breaker(options).build()) {
      for (int i = 0; i < 4; i++) {
        assertThat(client.chat(ChatRequest.of("?")).passedOver()).containsExactly("first: FAILED");
      }
      assertThat(client.chat(ChatRequest.of("?")).passedOver()).containsExactly("first: RESTING");
      assertThat(first.asked).hasSize(4);
      assertThat(gauge("mama.llm.breaker.state", "first")).isEqualTo(2);
      time.advance(Duration.ofSeconds(11));
      assertThat(client.chat(ChatRequest.of("?")).model()).isEqualTo("first");
      assertThat(gauge("mama.llm.breaker.state", "first")).isEqualTo(1);
      client.chat(ChatRequest.of("?"));
      client.chat(ChatRequest.of("?"));
      assertThat(gauge("mama.llm.breaker.state", "first")).isZero();
    }
  }

  @Test
  void chat_budgetSpent_optionalCallsStopAtTheSoftLimitAndAllAtTheHardOne() throws Exception {
    var budget = LlmBudget.tokens(150, 1_000);
    try (var client = client().budget(Scope.AGENT, budget).build()) {
      var request = ChatRequest.of("?").maxTokens(40).by(caller("a"));
      client.chat(request);
      client.chat(request);
      ChatException soft = failure(client, request.priority(Priority.OPTIONAL));
      assertThat(soft.reason()).isEqualTo(Reason.BUDGET);
      assertThat(soft).hasMessageContaining("soft").hasMessageContaining("150");
      for (int i = 0; i < 7; i++) {
        client.chat(request);
      }
      assertThat(first.asked).hasSize(9);
      ChatException hard = failure(client, request.maxTokens(100));
      assertThat(hard.reason()).isEqualTo(Reason.BUDGET);
      assertThat(hard.isTransient()).isFalse();
      assertThat(hard).hasMessageContaining("exp/a").hasMessageContaining("900 tokens");
      client.chat(request.by(caller("b")));
    }
    assertThat(count("mama.llm.budget.soft")).isEqualTo(1);
  }

  @Test
  void chat_budgetOfMoney_isSpentAtTheModelsPrices() throws Exception {
    var terms = LlmTerms.FREE.withPrices(1_000_000, 2_000_000);
    try (var client =
        options(LlmClient.builder(endpoint("first"), terms))
            .budget(Scope.EXPERIMENT, LlmBudget.money(0, 200))
            .build()) {
      client.chat(ChatRequest.of("?").maxTokens(40).by(caller("a")));
      var more = ChatRequest.of("?").maxTokens(40).by(caller("b"));
      assertThat(failure(client, more)).hasMessageContaining("140.0000 spent");
    }
    assertThat(count("mama.llm.cost")).isEqualTo(140);
  }

  @Test
  void chat_failedCall_givesBackWhatItReserved() throws Exception {
    first.fails(Reason.REFUSED, 5);
    try (var client = client().budget(Scope.GROUP, LlmBudget.tokens(100, 100)).build()) {
      var request = ChatRequest.of("?").maxTokens(40);
      for (int i = 0; i < 5; i++) {
        assertThat(failure(client, request).reason()).isEqualTo(Reason.REFUSED);
      }
      client.chat(request);
    }
  }

  @Test
  void chat_serverMayHaveAnsweredUnread_isChargedByEstimateUntilTheHardLimit() throws Exception {
    first.fails(Reason.TIMEOUT, 5);
    try (var client = client().attempts(2).budget(Scope.GROUP, LlmBudget.tokens(0, 150)).build()) {
      var request = ChatRequest.of("?").maxTokens(40);
      assertThat(failure(client, request).reason()).isEqualTo(Reason.TIMEOUT);
      // Two attempts of 5 tokens of prompt and 40 of answer.
      assertThat(failure(client, request.maxTokens(60))).hasMessageContaining("90 tokens");
      assertThat(failure(client, request).reason()).isEqualTo(Reason.TIMEOUT);
      assertThat(failure(client, request).reason()).isEqualTo(Reason.BUDGET);
    }
    assertThat(first.asked).hasSize(4);
  }

  @Test
  void chat_sameRequest_isAnsweredFromTheCacheUntilItsTimeIsOver() throws Exception {
    try (var client = client().cache(1 << 20, Duration.ofMinutes(1)).build()) {
      var request = ChatRequest.of("?").temperature(0);
      assertThat(client.chat(request).source()).isEqualTo(Source.MODEL);
      ChatReply kept = client.chat(ChatRequest.of("?").temperature(0).by(caller("b")));
      assertThat(kept.source()).isEqualTo(Source.CACHE);
      assertThat(kept.attempts()).isZero();
      assertThat(kept.text()).isEqualTo("answer 1");
      assertThat(client.chat(request.temperature(1)).text()).isEqualTo("answer 2");
      assertThat(client.chat(request.maxTokens(7)).text()).isEqualTo("answer 3");
      assertThat(client.chat(request.system("!")).text()).isEqualTo("answer 4");
      assertThat(client.chat(request.format(ChatFormat.JSON)).text()).isEqualTo("answer 5");
      var tool = request.tools(List.of(new ChatTool("look", "", "{}")));
      assertThat(client.chat(tool).text()).isEqualTo("answer 6");
      assertThat(client.chat(tool.toolChoice(ChatTool.Choice.NONE)).text()).isEqualTo("answer 7");
      assertThat(client.chat(tool).text()).isEqualTo("answer 6");
      time.advance(Duration.ofMinutes(2));
      assertThat(client.chat(request).text()).isEqualTo("answer 8");
    }
    assertThat(count("mama.llm.answers", "source", "cache")).isEqualTo(2);
  }

  @Test
  void chat_sameRequestAtOnce_isOneCall() throws Exception {
    var go = new CountDownLatch(1);
    try (var server = ScriptedChatServer.start(call -> hold(go));
        var client =
            LlmClient.builder(LlmEndpoint.of(server.uri().toString(), "m"))
                .cache(1 << 20, Duration.ofMinutes(1))
                .build()) {
      var calls = new ArrayList<FutureTask<ChatReply>>();
      for (int i = 0; i < 50; i++) {
        calls.add(new FutureTask<>(() -> client.chat(ChatRequest.of("same"))));
        Thread.ofVirtual().start(calls.getLast());
      }
      go.countDown();
      var sources = new ArrayList<Source>();
      for (var call : calls) {
        sources.add(call.get(10, SECONDS).source());
      }
      assertThat(server.requests()).isEqualTo(1);
      assertThat(sources.stream().filter(Source.MODEL::equals)).hasSize(1);
    }
  }

  @Test
  void build_wrongOptions_areNamed() {
    var builder = LlmClient.builder(endpoint("first"));
    assertThatThrownBy(() -> builder.attempts(0)).hasMessageContaining("attempts 0");
    assertThatThrownBy(() -> builder.nextModel(endpoint("first"))).hasMessageContaining("already");
    assertThatThrownBy(() -> builder.cache(0, Duration.ZERO)).hasMessageContaining("maxBytes 0");
    assertThatThrownBy(() -> LlmTerms.FREE.withRequestsPerMinute(0))
        .hasMessageContaining("requestsPerMinute 0");
    assertThatThrownBy(() -> LlmBudget.tokens(5, 4)).hasMessageContaining("softTokens 5");
  }

  @Test
  void meters_anything_nameNoAgent() throws Exception {
    try (var client = chain().budget(Scope.AGENT, LlmBudget.tokens(1_000, 1_000)).build()) {
      client.chat(ChatRequest.of("?").by(caller("canary")));
      assertThat(meters.getMeters().stream().map(Meter::getId).map(Object::toString))
          .noneMatch(id -> id.contains("canary"));
      assertThat(meters.getMeters().stream().map(m -> m.getId().getName()).distinct())
          .allMatch(name -> name.startsWith("mama.llm."));
    }
    assertThat(first.closed && second.closed).isTrue();
    assertThat(
            meters.getMeters().stream().map(m -> m.getId().getType()).collect(Collectors.toSet()))
        .doesNotContain(Meter.Type.GAUGE);
  }

  private static Answer hold(CountDownLatch go) {
    try {
      return go.await(10, SECONDS) ? Answer.text("one") : Answer.failure(500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.failure(500);
    }
  }

  private LlmClientBuilder client() {
    return options(LlmClient.builder(endpoint("first")));
  }

  private LlmClientBuilder chain() {
    return client().nextModel(endpoint("second"));
  }

  private LlmClientBuilder options(LlmClientBuilder builder) {
    return builder
        .opener(endpoint -> endpoint.model().equals("first") ? first : second)
        .time(time)
        .seed(42)
        .meters(meters)
        .sleeper(this::sleep);
  }

  private void sleep(Duration wait) {
    slept.add(wait);
    time.advance(wait);
  }

  private ChatRequest within(Duration left) {
    var request = ChatRequest.of("?");
    return request.within(request.trace(), Deadline.after(left, time));
  }

  private double count(String name, String... tags) {
    return meters.get(name).tags(tags).counter().count();
  }

  private double gauge(String name, String model) {
    return meters.get(name).tag("model", model).gauge().value();
  }

  private static LlmEndpoint endpoint(String model) {
    return LlmEndpoint.of("http://localhost:1", model);
  }

  private static Caller caller(String agent) {
    return new Caller(ExperimentId.of("exp"), "g", AgentId.of(agent));
  }

  private static ChatException failure(LlmClient client, ChatRequest request) {
    return catchThrowableOfType(ChatException.class, () -> client.chat(request));
  }
}
