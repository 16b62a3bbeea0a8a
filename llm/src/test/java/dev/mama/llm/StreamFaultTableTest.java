package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.Deadline;
import dev.mama.Time;
import dev.mama.llm.LlmBudget.Scope;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import dev.mama.testkit.StreamFaults;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The fault table of streams: what happens to the first asking, what the reader sees, what the
 * metrics say. A second asking, and the next model, would answer; whether they are asked is the
 * point.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class StreamFaultTableTest {

  private static final String TEXT = "one two three four";
  private static final String ANSWERED = "ANSWERED";

  /**
   * A fault.
   *
   * @param first what the server does with the first asking; it answers the others
   * @param deadline of the call
   * @param outcome {@value #ANSWERED}, or the reason of the failure
   * @param words the words of the failure's message
   * @param read what the reader was given
   * @param requests how often the server was asked
   */
  record Row(
      String name,
      Function<Call, Answer> first,
      Duration deadline,
      String outcome,
      String words,
      String read,
      int requests) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        row("no fault", call -> Answer.text(TEXT), ANSWERED, "", TEXT, 1),
        row(
            "slow body",
            call -> StreamFaults.slow(call, TEXT, Duration.ofMillis(20)),
            ANSWERED,
            "",
            TEXT,
            1),
        row("503 before it begins", call -> Answer.failure(503), ANSWERED, "", TEXT, 2),
        row("401", call -> Answer.failure(401), ANSWERED, "", "from the next", 1),
        row("dropped before it begins", call -> new Answer.Drop(), ANSWERED, "", TEXT, 2),
        row(
            "cut before the first token",
            call -> StreamFaults.cut(call, TEXT, 0),
            ANSWERED,
            "",
            TEXT,
            2),
        row(
            "ended before the first token",
            call -> StreamFaults.ended(call, TEXT, 0),
            ANSWERED,
            "",
            TEXT,
            2),
        row(
            "stalled before the first token",
            call -> StreamFaults.stalled(call, TEXT, 0),
            ANSWERED,
            "",
            TEXT,
            2),
        row("no event stream", call -> Answer.garbage("<html>"), ANSWERED, "", "from the next", 1),
        row(
            "cut",
            call -> StreamFaults.cut(call, TEXT, 2),
            "TRUNCATED",
            "broke off within its answer, after 7 characters",
            "one two",
            1),
        row(
            "ended without an end",
            call -> StreamFaults.ended(call, TEXT, 2),
            "TRUNCATED",
            "broke off within its answer, after 7 characters: the answer ended",
            "one two",
            1),
        row(
            "garbage",
            call -> StreamFaults.garbage(call, TEXT, 2),
            "MALFORMED",
            "no chat completion: it is not JSON: {\"choices\":[{\"del",
            "one two",
            1),
        row(
            "error 500",
            call -> StreamFaults.error(call, TEXT, 2, 500),
            "FAILED",
            "failed within its answer: scripted failure",
            "one two",
            1),
        row(
            "error 429",
            call -> StreamFaults.error(call, TEXT, 2, 429),
            "OVERLOADED",
            "failed within its answer: scripted failure",
            "one two",
            1),
        row(
            "hang within",
            call -> StreamFaults.stalled(call, TEXT, 2),
            "TIMEOUT",
            "fell silent within its answer for PT1.5S, the requestTimeout",
            "one two",
            1),
        row(
            "nothing but comments",
            call -> StreamFaults.onlyComments(call, TEXT, 2, Duration.ofMillis(10)),
            "TIMEOUT",
            "fell silent",
            "one two",
            1),
        new Row(
            "deadline within",
            call -> StreamFaults.stalled(call, TEXT, 2),
            Duration.ofMillis(1_200),
            "DEADLINE",
            "the deadline passed within its answer",
            "one two",
            1));
  }

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @ParameterizedTest
  @MethodSource("rows")
  void stream_fault_endsAsTheTableSays(Row row) throws Exception {
    var asked = new AtomicInteger();
    Function<Call, Answer> script =
        call -> asked.getAndIncrement() == 0 ? row.first().apply(call) : Answer.text(TEXT);
    try (var server = ScriptedChatServer.start(script);
        var other = ScriptedChatServer.start(call -> Answer.text("from the next"));
        var client = client(server, other)) {
      var request = ChatRequest.of("count");
      var whole = request.within(request.trace(), Deadline.after(row.deadline(), Time.system()));
      var read = new StringBuilder();
      String outcome = ANSWERED;
      try (ChatStream stream = client.stream(whole)) {
        for (var piece = stream.next(); piece.isPresent(); piece = stream.next()) {
          read.append(piece.get());
        }
        assertThat(stream.reply().text()).hasToString(read.toString());
        assertThat(stream.reply().tokens()).isPositive();
      } catch (ChatException e) {
        outcome = e.reason().name();
        assertThat(e).hasMessageContaining(row.words()).hasMessageContaining("'first'");
      }
      assertThat(outcome).isEqualTo(row.outcome());
      assertThat(read).hasToString(row.read());
      assertThat(server.requests()).isEqualTo(row.requests());
      assertThat(other.requests()).isEqualTo(row.read().equals("from the next") ? 1 : 0);
      assertMeters(row);
      // Every place on the wire has been given back.
      assertThat(client.chat(ChatRequest.of("?")).text()).isEqualTo(TEXT);
    }
  }

  private void assertMeters(Row row) {
    String word = row.outcome().toLowerCase(Locale.ROOT);
    assertThat(meters.get("mama.llm.calls").tag("outcome", word).timer().count()).isEqualTo(1);
    assertThat(meters.get("mama.llm.admission.admitted").tag("model", "first").gauge().value())
        .isZero();
    if (!row.outcome().equals(ANSWERED)) {
      assertThat(
              meters
                  .get("mama.llm.failures")
                  .tags("model", "first", "reason", word)
                  .counter()
                  .count())
          .isEqualTo(1);
    }
    assertThat(meters.get("mama.llm.retries").tag("model", "first").counter().count())
        .isEqualTo(row.requests() - 1);
  }

  @Test
  void stream_readerLeaves_isChargedForWhatCameAndGivesItsPlaceBack() throws Exception {
    try (var server =
            ScriptedChatServer.start(call -> StreamFaults.stalled(call, "word ".repeat(100), 80));
        var client =
            LlmClient.builder(endpoint(server, "first").withPoolSize(1))
                .budget(Scope.EXPERIMENT, LlmBudget.tokens(60, 300))
                .meters(meters)
                .build()) {
      try (ChatStream stream = client.stream(ChatRequest.of("?"))) {
        for (int i = 0; i < 80; i++) {
          assertThat(stream.next()).isPresent();
        }
      }
      assertThat(meters.get("mama.llm.admission.admitted").gauge().value()).isZero();
      ChatException e =
          catchThrowableOfType(
              ChatException.class, () -> client.chat(ChatRequest.of("?").maxTokens(250)));
      assertThat(e.reason()).isEqualTo(Reason.BUDGET);
      // 80 words of five characters are 100 tokens, the prompt about 5.
      assertThat(e).hasMessageContaining("105 tokens");
    }
  }

  @Test
  void stream_answer_isKeptAndFoundInTheCache() throws Exception {
    try (var server = ScriptedChatServer.start(call -> Answer.text(TEXT));
        var client =
            LlmClient.builder(endpoint(server, "first"))
                .cache(1 << 20, Duration.ofMinutes(1))
                .build()) {
      try (ChatStream stream = client.stream(ChatRequest.of("?"))) {
        assertThat(stream.reply().source()).isEqualTo(ChatReply.Source.MODEL);
      }
      try (ChatStream stream = client.stream(ChatRequest.of("?"))) {
        assertThat(stream.next()).contains(TEXT);
        assertThat(stream.reply().source()).isEqualTo(ChatReply.Source.CACHE);
      }
      assertThat(client.chat(ChatRequest.of("?")).source()).isEqualTo(ChatReply.Source.CACHE);
      assertThat(server.requests()).isEqualTo(1);
    }
  }

  @Test
  void stream_reply_saysWhenTheFirstTokenCame() throws Exception {
    try (var server =
            ScriptedChatServer.start(call -> StreamFaults.slow(call, TEXT, Duration.ofMillis(30)));
        var client = LlmClient.builder(endpoint(server, "first")).meters(meters).build();
        ChatStream stream = client.stream(ChatRequest.of("?"))) {
      ChatReply reply = stream.reply();
      assertThat(reply.firstToken()).isGreaterThanOrEqualTo(Duration.ofMillis(60));
      assertThat(reply.onWire().minus(reply.firstToken()))
          .isGreaterThanOrEqualTo(Duration.ofMillis(90));
      assertThat(meters.get("mama.llm.first").timer().count()).isEqualTo(1);
    }
  }

  private LlmClient client(ScriptedChatServer server, ScriptedChatServer other) {
    return LlmClient.builder(endpoint(server, "first").withRequestTimeout(Duration.ofMillis(1_500)))
        .nextModel(endpoint(other, "second"))
        .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
        .meters(meters)
        .build();
  }

  private static LlmEndpoint endpoint(ScriptedChatServer server, String model) {
    return LlmEndpoint.of(server.uri().toString(), model);
  }

  private static Row row(
      String name,
      Function<Call, Answer> first,
      String outcome,
      String words,
      String read,
      int requests) {
    return new Row(name, first, Duration.ofSeconds(20), outcome, words, read, requests);
  }
}
