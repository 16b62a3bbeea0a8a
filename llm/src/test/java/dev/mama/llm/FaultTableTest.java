package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.Deadline;
import dev.mama.Time;
import dev.mama.llm.LlmBudget.Scope;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The fault table: what happens, what the caller sees, what the metrics say. One row per fault,
 * over a real server; a call is asked for at most three times, with short back-offs.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class FaultTableTest {

  private static final String ANSWERED = "answered";

  /**
   * A fault.
   *
   * @param name what happens
   * @param answers what the first model's server does with the first calls; later ones are answered
   * @param setting how the client differs from the common one
   * @param deadline of the call
   * @param outcome what the caller sees: {@value #ANSWERED}, or the reason of the failure
   * @param attempts what the reply or the failure counts
   * @param failures what {@code mama.llm.failures} counts, by reason, for the first model
   */
  record Row(
      String name,
      List<Answer> answers,
      Setting setting,
      Duration deadline,
      String outcome,
      int attempts,
      Map<Reason, Integer> failures) {

    @Override
    public String toString() {
      return name;
    }

    Row with(Setting other) {
      return new Row(name, answers, other, deadline, outcome, attempts, failures);
    }

    Row within(Duration other) {
      return new Row(name, answers, setting, other, outcome, attempts, failures);
    }
  }

  /** How a row's client differs. */
  enum Setting {
    COMMON,
    NO_SERVER,
    NEXT_MODEL,
    SMALL_REPLIES,
    SHORT_TIMEOUT,
    NO_BUDGET,
    /** One call has failed, which is all the breaker bears. */
    BREAKER_OPEN,
    /** The one call that may be on the wire hangs, and none may wait. */
    LINE_FULL
  }

  static Stream<Row> rows() {
    return Stream.of(
        row("408", failing(408), ANSWERED, 2, Map.of(Reason.FAILED, 1)),
        row("409", failing(409), ANSWERED, 2, Map.of(Reason.FAILED, 1)),
        row("429", failing(429), ANSWERED, 2, Map.of(Reason.OVERLOADED, 1)),
        row("429 with Retry-After-Ms", hint("retry-after-ms", "20"), ANSWERED, 2, overloaded()),
        row("429 with Retry-After 0.02", hint("retry-after", "0.02"), ANSWERED, 2, overloaded()),
        row(
            "429 with reset 12ms",
            hint("x-ratelimit-reset-tokens", "12ms"),
            ANSWERED,
            2,
            overloaded()),
        row(
            "429 until after the deadline",
            hint("retry-after", "60"),
            "OVERLOADED",
            1,
            overloaded()),
        row(
                "429 until after the deadline, next model",
                hint("retry-after", "60"),
                ANSWERED,
                2,
                overloaded())
            .with(Setting.NEXT_MODEL),
        row("500", failing(500), ANSWERED, 2, Map.of(Reason.FAILED, 1)),
        row("502 twice", failing(502, 502), ANSWERED, 3, Map.of(Reason.FAILED, 2)),
        row("503", failing(503), ANSWERED, 2, Map.of(Reason.OVERLOADED, 1)),
        row(
            "503 three times",
            failing(503, 503, 503),
            "OVERLOADED",
            3,
            Map.of(Reason.OVERLOADED, 3)),
        row(
                "503 three times, next model",
                failing(503, 503, 503),
                ANSWERED,
                4,
                Map.of(Reason.OVERLOADED, 3))
            .with(Setting.NEXT_MODEL),
        row("504", failing(504), ANSWERED, 2, Map.of(Reason.FAILED, 1)),
        row("400", failing(400), "REFUSED", 1, Map.of(Reason.REFUSED, 1)),
        row("400, next model", failing(400), "REFUSED", 1, Map.of(Reason.REFUSED, 1))
            .with(Setting.NEXT_MODEL),
        row("401", failing(401), "DENIED", 1, Map.of(Reason.DENIED, 1)),
        row("401, next model", failing(401), ANSWERED, 2, Map.of(Reason.DENIED, 1))
            .with(Setting.NEXT_MODEL),
        row("403", failing(403), "DENIED", 1, Map.of(Reason.DENIED, 1)),
        row("404", failing(404), "DENIED", 1, Map.of(Reason.DENIED, 1)),
        row("422", failing(422), "REFUSED", 1, Map.of(Reason.REFUSED, 1)),
        row(
            "wrong JSON",
            List.of(Answer.garbage("<html>")),
            "MALFORMED",
            1,
            Map.of(Reason.MALFORMED, 1)),
        row(
                "answer too long",
                List.of(Answer.text("x".repeat(5_000))),
                "MALFORMED",
                1,
                Map.of(Reason.MALFORMED, 1))
            .with(Setting.SMALL_REPLIES),
        row(
            "connection dropped",
            List.of(new Answer.Drop()),
            ANSWERED,
            2,
            Map.of(Reason.UNREACHABLE, 1)),
        row("connection refused", List.of(), "UNREACHABLE", 3, Map.of(Reason.UNREACHABLE, 3))
            .with(Setting.NO_SERVER),
        row(
                "hang, then the timeout",
                List.of(new Answer.Hang()),
                ANSWERED,
                2,
                Map.of(Reason.TIMEOUT, 1))
            .with(Setting.SHORT_TIMEOUT),
        row(
                "hang, then the deadline",
                List.of(new Answer.Hang()),
                "DEADLINE",
                1,
                Map.of(Reason.DEADLINE, 1))
            .within(Duration.ofMillis(300)),
        row("deadline passed before", List.of(), "DEADLINE", 0, Map.of(Reason.DEADLINE, 1))
            .within(Duration.ZERO),
        row("budget spent", List.of(), "BUDGET", 0, Map.of()).with(Setting.NO_BUDGET),
        row("breaker open", failing(500), "SKIPPED", 0, Map.of(Reason.FAILED, 1))
            .with(Setting.BREAKER_OPEN),
        row("line full", List.of(new Answer.Hang()), "BUSY", 0, Map.of(Reason.BUSY, 1))
            .with(Setting.LINE_FULL));
  }

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @ParameterizedTest
  @MethodSource("rows")
  void chat_fault_endsAsTheTableSays(Row row) throws Exception {
    Queue<Answer> answers = new ArrayDeque<>(row.answers());
    try (var server = ScriptedChatServer.start(call -> next(answers));
        var other = ScriptedChatServer.start(call -> Answer.text("from the next"));
        var client = client(row.setting(), server, other)) {
      prepare(row.setting(), server, client);
      var request = ChatRequest.of("hello");
      var whole = request.within(request.trace(), Deadline.after(row.deadline(), Time.system()));
      String outcome = ANSWERED;
      int attempts;
      try {
        ChatReply reply = client.chat(whole);
        attempts = reply.attempts();
        assertThat(reply.text())
            .isEqualTo(row.setting() == Setting.NEXT_MODEL ? "from the next" : "hello");
        assertThat(reply.passedOver()).hasSize(row.setting() == Setting.NEXT_MODEL ? 1 : 0);
      } catch (ChatException e) {
        outcome = e.reason().name();
        attempts = e.attempts();
        assertThat(e).message().contains(words(row)).doesNotContain("\n");
      }
      assertThat(outcome).isEqualTo(row.outcome());
      assertThat(attempts).isEqualTo(row.attempts());
      assertMeters(row);
    }
  }

  /** The words by which a failure says what happened and what to do next. */
  private static String[] words(Row row) {
    return switch (row.name()) {
      case "429 until after the deadline" ->
          new String[] {"HTTP 429", "ask less often or later", "asking again in PT1M"};
      case "503 three times" -> new String[] {"HTTP 503", "gave up after 3 attempts"};
      case "400", "400, next model" -> new String[] {"'first'", "HTTP 400: ", "scripted failure"};
      case "401" -> new String[] {"HTTP 401", "check the API key"};
      case "403" -> new String[] {"HTTP 403", "check the API key"};
      case "404" -> new String[] {"HTTP 404", "check the URL and the model's name"};
      case "422" -> new String[] {"HTTP 422"};
      case "wrong JSON" -> new String[] {"no chat completion", "<html>", "check the URL"};
      case "answer too long" -> new String[] {"longer than maxReplyBytes (2000)"};
      case "connection refused" ->
          new String[] {"cannot be reached", "start the server", "gave up after 3 attempts"};
      case "hang, then the deadline" ->
          new String[] {"did not answer within", "the rest of the request's deadline"};
      case "deadline passed before" -> new String[] {"was not asked", "the deadline passed"};
      case "budget spent" -> new String[] {"hard budget of experiment", "raise it or ask less"};
      case "breaker open" -> new String[] {"under pressure RECORD_ONLY", "come back later"};
      case "line full" -> new String[] {"0 calls wait already", "raise maxWaiting"};
      default -> throw new AssertionError("row '" + row + "' fails and has no words");
    };
  }

  private void assertMeters(Row row) {
    for (Reason reason : Reason.values()) {
      assertThat(
              meters
                  .get("mama.llm.failures")
                  .tags("model", "first", "reason", word(reason))
                  .counter()
                  .count())
          .as("mama.llm.failures of %s", reason)
          .isEqualTo(row.failures().getOrDefault(reason, 0).doubleValue());
    }
    assertThat(meters.get("mama.llm.calls").tag("outcome", word(row.outcome())).timer().count())
        .as("mama.llm.calls that ended as %s", row.outcome())
        .isEqualTo(1);
    boolean more = row.attempts() > 1 && row.setting() != Setting.NEXT_MODEL;
    if (more) {
      assertThat(meters.get("mama.llm.retries").counter().count()).isEqualTo(row.attempts() - 1);
    }
    if (row.setting() == Setting.NEXT_MODEL && row.outcome().equals(ANSWERED)) {
      String reason = word(row.failures().keySet().iterator().next());
      assertThat(
              meters
                  .get("mama.llm.next")
                  .tags("model", "first", "reason", reason)
                  .counter()
                  .count())
          .isEqualTo(1);
    }
    assertThat(meters.get("mama.llm.admission.admitted").tag("model", "first").gauge().value())
        .as("places still taken")
        .isEqualTo(row.setting() == Setting.LINE_FULL ? 1 : 0);
  }

  private LlmClient client(Setting setting, ScriptedChatServer server, ScriptedChatServer other) {
    String at = server.uri().toString();
    var endpoint = LlmEndpoint.of(at, "first");
    UnaryOperator<LlmClientBuilder> more = UnaryOperator.identity();
    switch (setting) {
      case COMMON, NO_SERVER -> {}
      case SMALL_REPLIES -> endpoint = endpoint.withMaxReplyBytes(2_000);
      case SHORT_TIMEOUT -> endpoint = endpoint.withRequestTimeout(Duration.ofMillis(500));
      case LINE_FULL -> endpoint = endpoint.withPoolSize(1).withMaxWaiting(0);
      case NO_BUDGET -> more = b -> b.budget(Scope.EXPERIMENT, LlmBudget.tokens(0, 0));
      case NEXT_MODEL -> more = b -> b.nextModel(LlmEndpoint.of(other.uri().toString(), "second"));
      case BREAKER_OPEN ->
          more =
              b ->
                  b.attempts(1)
                      .breaker(
                          new BreakerOptions(
                              1, 0.5, 1, Duration.ofMinutes(1), Duration.ofMinutes(1)));
    }
    return more.apply(
            LlmClient.builder(endpoint)
                .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
                .meters(meters))
        .build();
  }

  private static void prepare(Setting setting, ScriptedChatServer server, LlmClient client)
      throws InterruptedException {
    switch (setting) {
      case NO_SERVER -> server.close();
      case BREAKER_OPEN -> failQuietly(client);
      case LINE_FULL -> {
        Thread.ofVirtual().start(() -> failQuietly(client));
        await().until(() -> server.inFlight() == 1);
      }
      case COMMON, NEXT_MODEL, SMALL_REPLIES, SHORT_TIMEOUT, NO_BUDGET -> {}
    }
  }

  private static void failQuietly(LlmClient client) {
    try {
      client.chat(ChatRequest.of("before"));
    } catch (ChatException e) {
      // It was meant to fail; what it left behind is what the row is about.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Answer next(Queue<Answer> answers) {
    synchronized (answers) {
      return answers.isEmpty() ? Answer.text("hello") : answers.remove();
    }
  }

  private static Row row(
      String name,
      List<Answer> answers,
      String outcome,
      int attempts,
      Map<Reason, Integer> failures) {
    return new Row(
        name, answers, Setting.COMMON, Duration.ofSeconds(20), outcome, attempts, failures);
  }

  private static List<Answer> failing(Integer... statuses) {
    return Stream.of(statuses).map(status -> Answer.failure(status)).toList();
  }

  private static List<Answer> hint(String header, String value) {
    return List.of(Answer.failure(429, Map.of(header, value)));
  }

  private static Map<Reason, Integer> overloaded() {
    return Map.of(Reason.OVERLOADED, 1);
  }

  private static String word(Enum<?> value) {
    return word(value.name());
  }

  private static String word(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
