package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatReply.Source;
import dev.mama.ChatRequest;
import dev.mama.ChatRequest.Caller;
import dev.mama.ChatRequest.Priority;
import dev.mama.ExperimentId;
import dev.mama.Pressure;
import dev.mama.llm.LlmBudget.Scope;
import dev.mama.runtime.AgentGroup;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Which calls leave the process under which pressure, counted by the server; and the ladder. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class PressureTest {

  private static final int LINE = 10;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final Queue<String> seen = new ConcurrentLinkedQueue<>();
  private final ScriptedChatServer server = ScriptedChatServer.start(this::answer);
  private final ScriptedChatServer small =
      ScriptedChatServer.start(call -> Answer.text("small " + call.text()));

  @AfterEach
  void close() {
    gate.countDown();
    server.close();
    small.close();
  }

  @Test
  void normal_allCallsLeave() throws Exception {
    gate.countDown();
    try (var client = builder().build()) {
      assertThat(client.pressure()).isEqualTo(Pressure.NORMAL);
      assertThat(askAll(client)).allSatisfy((priority, e) -> assertThat(e).isNull());
      assertThat(seen).contains("CRITICAL", "NORMAL", "OPTIONAL");
    }
  }

  @Test
  void slow_optionalCallsDoNotLeave() throws Exception {
    try (var client = builder().build()) {
      fill(client, LINE / 2);
      assertThat(client.pressure()).isEqualTo(Pressure.SLOW);
      assertSkips(client, Priority.OPTIONAL);
      assertThat(meters.get("mama.llm.degraded").tag("step", "skipped").counter().count())
          .isEqualTo(1);
    }
  }

  @Test
  void essential_onlyCriticalCallsLeave() throws Exception {
    try (var client = builder().build()) {
      fill(client, LINE * 9 / 10);
      assertThat(client.pressure()).isEqualTo(Pressure.ESSENTIAL);
      assertSkips(client, Priority.NORMAL, Priority.OPTIONAL);
    }
  }

  @Test
  void recordOnly_nothingLeaves() throws Exception {
    gate.countDown();
    try (var client = builder().build()) {
      breakIt(client);
      assertThat(client.pressure()).isEqualTo(Pressure.RECORD_ONLY);
      seen.clear();
      assertThat(askAll(client))
          .allSatisfy((priority, e) -> assertThat(e.reason()).isEqualTo(Reason.SKIPPED));
      assertThat(seen).isEmpty();
      assertThat(meters.get("mama.llm.degraded").tag("step", "recorded").counter().count())
          .isEqualTo(3);
      assertThat(meters.get("mama.llm.pressure").gauge().value()).isEqualTo(3);
    }
  }

  @Test
  void pressure_lineGetsShorter_isLeftBelowSixtyPerCentOnly() throws Exception {
    try (var client = builder().build()) {
      var waiting = fill(client, LINE / 2);
      assertThat(client.pressure()).isEqualTo(Pressure.SLOW);
      // Four wait: below what SLOW is entered at, above what it is left at.
      waiting.removeLast().interrupt();
      await().until(() -> waiting() == 4);
      assertThat(client.pressure()).isEqualTo(Pressure.SLOW);
      waiting.removeLast().interrupt();
      waiting.removeLast().interrupt();
      await().until(() -> waiting() == 2);
      assertThat(client.pressure()).isEqualTo(Pressure.NORMAL);
    }
  }

  @Test
  void slow_firstModelRests_isTold() throws Exception {
    gate.countDown();
    try (var client = builder().nextModel(cheap()).build()) {
      assertThat(client.chat(ChatRequest.of("fail")).text()).isEqualTo("small fail");
      assertThat(client.pressure()).isEqualTo(Pressure.SLOW);
    }
  }

  @Test
  void slow_lastWouldWaitTooLong_isToldThoughTheLineIsShort() throws Exception {
    gate.countDown();
    try (var held = ScriptedChatServer.start(PressureTest::slowThenHang);
        var client =
            LlmClient.builder(endpoint(held))
                .pressure(new PressureOptions(0.8, 0.9, Duration.ofMillis(10)))
                .build()) {
      client.chat(ChatRequest.of("slow"));
      assertThat(client.pressure()).isEqualTo(Pressure.NORMAL);
      var waiting = new ConcurrentLinkedQueue<Thread>();
      for (int i = 0; i < 2; i++) {
        waiting.add(Thread.ofVirtual().start(() -> quietly(client, "hang", Priority.CRITICAL)));
      }
      await().until(() -> client.pressure() == Pressure.SLOW);
      waiting.forEach(Thread::interrupt);
    }
  }

  private static Answer slowThenHang(Call call) {
    return call.text().equals("slow")
        ? new Answer.Text("", Duration.ofMillis(30))
        : new Answer.Hang();
  }

  @Test
  void ladder_essential_cheaperModelIsForNormalCallsAlone() throws Exception {
    try (var client = builder().cheaperModel(cheap(), LlmTerms.FREE).build()) {
      fill(client, LINE * 9 / 10);
      var e =
          catchThrowableOfType(
              ChatException.class,
              () -> client.chat(ChatRequest.of("?").priority(Priority.OPTIONAL)));
      assertThat(e.reason()).isEqualTo(Reason.SKIPPED);
      assertThat(small.requests()).isZero();
      assertThat(client.chat(ChatRequest.of("?")).passedOver()).containsExactly("big: ESSENTIAL");
      gate.countDown();
    }
  }

  private LlmEndpoint cheap() {
    return LlmEndpoint.of(small.uri().toString(), "small");
  }

  @Test
  void ladder_underPressure_isCheaperModelThenAnswerFromBeforeThenNone() throws Exception {
    gate.countDown();
    var cheap = cheap();
    try (var client =
        builder()
            .cheaperModel(cheap, LlmTerms.FREE)
            .staleAnswers(1 << 20, Duration.ofHours(1))
            .build()) {
      assertThat(client.chat(ChatRequest.of("known")).source()).isEqualTo(Source.MODEL);
      breakIt(client);
      ChatReply stale = client.chat(ChatRequest.of("known"));
      assertThat(stale.source()).isEqualTo(Source.STALE);
      assertThat(stale.text()).isEqualTo("known");
      assertThat(stale.passedOver()).containsExactly("big: RECORD_ONLY");
      var e =
          catchThrowableOfType(
              ChatException.class, () -> client.chat(ChatRequest.of("never asked")));
      assertThat(e.reason()).isEqualTo(Reason.SKIPPED);
      assertThat(e).hasMessageContaining("RECORD_ONLY").hasMessageContaining("NORMAL");
    }
    // While the line is half full an optional call goes to the cheaper model.
    try (var held = ScriptedChatServer.start(call -> new Answer.Hang());
        var client = LlmClient.builder(endpoint(held)).cheaperModel(cheap, LlmTerms.FREE).build()) {
      var waiting = new ConcurrentLinkedQueue<Thread>();
      for (int i = 0; i <= LINE / 2; i++) {
        waiting.add(Thread.ofVirtual().start(() -> quietly(client, "fill", Priority.CRITICAL)));
      }
      await().until(() -> client.pressure() == Pressure.SLOW);
      ChatReply reply = client.chat(ChatRequest.of("hello").priority(Priority.OPTIONAL));
      assertThat(reply.text()).isEqualTo("small hello");
      assertThat(reply.passedOver()).containsExactly("big: SLOW");
      waiting.forEach(Thread::interrupt);
    }
  }

  @Test
  void ladder_afterAllModelsFailed_goesOnWithTheCheaperOne() throws Exception {
    gate.countDown();
    try (var client = builder().cheaperModel(cheap(), LlmTerms.FREE).build()) {
      ChatReply reply = client.chat(ChatRequest.of("fail"));
      assertThat(reply.text()).isEqualTo("small fail");
      assertThat(reply.passedOver()).containsExactly("big: FAILED");
      assertThat(meters.get("mama.llm.degraded").tag("step", "cheaper").counter().count())
          .isEqualTo(1);
    }
  }

  @Test
  void ladder_cheaperModelFailsToo_isSuppressedInTheFirstFailure() throws Exception {
    gate.countDown();
    try (var broken = ScriptedChatServer.start(call -> Answer.failure(503));
        var client =
            builder()
                .cheaperModel(LlmEndpoint.of(broken.uri().toString(), "small"), LlmTerms.FREE)
                .build()) {
      var e = catchThrowableOfType(ChatException.class, () -> client.chat(ChatRequest.of("fail")));
      assertThat(e.reason()).isEqualTo(Reason.FAILED);
      assertThat(e.getSuppressed()).hasSize(1);
      assertThat(e.getSuppressed()[0]).hasMessageContaining("'small'").hasMessageContaining("503");
    }
  }

  @Test
  void pressure_budgetOfTheExperimentIsSpent_isTold() throws Exception {
    gate.countDown();
    var caller = new Caller(ExperimentId.of("exp"), "g", AgentId.of("a"));
    try (var client = builder().budget(Scope.EXPERIMENT, LlmBudget.tokens(1, 300)).build()) {
      client.chat(ChatRequest.of("two words").maxTokens(3).by(caller));
      assertThat(client.pressure()).isEqualTo(Pressure.SLOW);
      assertThat(client.spent(Scope.EXPERIMENT, caller)).isEqualTo(new LlmSpent(4, 0));
    }
    try (var client = builder().budget(Scope.EXPERIMENT, LlmBudget.tokens(4, 40)).build()) {
      var request = ChatRequest.of("four words in all").maxTokens(1).by(caller);
      client.chat(request);
      var e = catchThrowableOfType(ChatException.class, () -> client.chat(request.maxTokens(40)));
      assertThat(e.reason()).isEqualTo(Reason.BUDGET);
      assertThat(client.pressure()).isEqualTo(Pressure.RECORD_ONLY);
      client.chat(request);
      assertThat(client.pressure()).as("a smaller call fitted").isEqualTo(Pressure.SLOW);
    }
  }

  @Test
  void group_pressureChanges_isTold() throws Exception {
    gate.countDown();
    var told = new ConcurrentLinkedQueue<Pressure>();
    try (var client = builder().build();
        var group =
            AgentGroup.builder(ExperimentId.of("exp"))
                .chatModel(client)
                .onPressure(told::add)
                .build()) {
      assertThat(group.pressure()).isEqualTo(Pressure.NORMAL);
      breakIt(client);
      assertThat(group.pressure()).isEqualTo(Pressure.RECORD_ONLY);
      await().until(() -> told.contains(Pressure.RECORD_ONLY));
    }
  }

  /** All three at once: those named are refused, the others reach the server. */
  private void assertSkips(LlmClient client, Priority... skipped) throws Exception {
    Map<Priority, FutureTask<ChatReply>> calls = new EnumMap<>(Priority.class);
    for (Priority priority : List.of(Priority.OPTIONAL, Priority.NORMAL, Priority.CRITICAL)) {
      var call =
          new FutureTask<>(() -> client.chat(ChatRequest.of(priority.name()).priority(priority)));
      calls.put(priority, call);
      if (List.of(skipped).contains(priority)) {
        call.run();
      } else {
        int before = waiting();
        Thread.ofVirtual().start(call);
        await().until(() -> waiting() > before);
      }
    }
    gate.countDown();
    for (var call : calls.entrySet()) {
      if (List.of(skipped).contains(call.getKey())) {
        assertThat(call.getValue().state()).isEqualTo(FutureTask.State.FAILED);
        assertThat(((ChatException) call.getValue().exceptionNow()).reason())
            .isEqualTo(Reason.SKIPPED);
        assertThat(seen).doesNotContain(call.getKey().name());
      } else {
        assertThat(call.getValue().get(20, TimeUnit.SECONDS).text())
            .isEqualTo(call.getKey().name());
        assertThat(seen).contains(call.getKey().name());
      }
    }
  }

  /** One call on the wire that hangs, and {@code waiting} behind it. */
  private ArrayDeque<Thread> fill(LlmClient client, int waiting) {
    var threads = new ArrayDeque<Thread>();
    for (int i = 0; i <= waiting; i++) {
      threads.add(Thread.ofVirtual().start(() -> quietly(client, "fill", Priority.CRITICAL)));
      int expected = i;
      await().until(() -> waiting() == expected && server.inFlight() == 1);
    }
    return threads;
  }

  private int waiting() {
    return (int) meters.get("mama.llm.admission.waiting").tag("model", "big").gauge().value();
  }

  /** One failure is all that the breaker bears. */
  private void breakIt(LlmClient client) {
    quietly(client, "fail", Priority.NORMAL);
    await().until(() -> client.pressure() == Pressure.RECORD_ONLY);
  }

  private static Map<Priority, ChatException> askAll(LlmClient client) {
    Map<Priority, ChatException> failures = new EnumMap<>(Priority.class);
    for (Priority priority : Priority.values()) {
      failures.put(
          priority,
          catchThrowableOfType(
              ChatException.class,
              () -> client.chat(ChatRequest.of(priority.name()).priority(priority))));
    }
    return failures;
  }

  private LlmClientBuilder builder() {
    return LlmClient.builder(endpoint(server))
        .attempts(1)
        .breaker(new BreakerOptions(1, 1, 1, Duration.ofMinutes(1), Duration.ofMinutes(1)))
        .meters(meters);
  }

  private static LlmEndpoint endpoint(ScriptedChatServer server) {
    return LlmEndpoint.of(server.uri().toString(), "big").withPoolSize(1).withMaxWaiting(LINE);
  }

  private Answer answer(Call call) {
    seen.add(call.text());
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return call.text().equals("fail") ? Answer.failure(500) : Answer.text(call.text());
  }

  private static void quietly(LlmClient client, String text, Priority priority) {
    try {
      client.chat(ChatRequest.of(text).priority(priority));
    } catch (ChatException e) {
      // It was meant to fail, or the test is over.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
