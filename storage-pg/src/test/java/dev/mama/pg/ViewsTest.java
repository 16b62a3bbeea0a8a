package dev.mama.pg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.Event;
import dev.mama.Event.MessageSent;
import dev.mama.Event.MetricRecorded;
import dev.mama.Event.ModelCalled;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Trace;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the views say about rows whose answers are known. */
final class ViewsTest {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private static TestDatabase server;
  private final ExperimentId experiment = ExperimentId.of("exp-" + UUID.randomUUID());

  @BeforeAll
  static void start() throws Exception {
    server = TestDatabase.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void messagesPerHour_countsByHourAndChannel() throws Exception {
    List<Event> events = new ArrayList<>();
    for (int minute = 0; minute < 90; minute++) {
      events.add(message(minute, "scout-" + minute % 3, Channel.AGENT_CHAT));
    }
    events.add(message(10, "user", Channel.USER_CHAT));
    keep(events);
    assertThat(
            rows(
                "select extract(hour from hour at time zone 'UTC')::int, channel, messages, senders"
                    + " from mama.messages_per_hour where exp_id = ? order by 1, 2"))
        .containsExactly("12 agent-chat 60 3", "12 user-chat 1 1", "13 agent-chat 30 3");
  }

  @Test
  void tokensPerAgent_sumsAnsweredAndFailedCalls() throws Exception {
    keep(
        List.of(
            call("a", 100, 10, 1, ChatReply.Source.MODEL, null),
            call("a", 50, 5, 3, ChatReply.Source.MODEL, null),
            call("a", 0, 0, 2, null, ChatException.Reason.TIMEOUT),
            call("b", 7, 1, 1, ChatReply.Source.CACHE, null)));
    assertThat(
            rows(
                "select agent_id, calls, failed, attempts, prompt_tokens, completion_tokens"
                    + " from mama.tokens_per_agent where exp_id = ? order by 1"))
        .containsExactly("a 3 1 6 150 15", "b 1 0 1 7 1");
  }

  @Test
  void modelLatency_isThePercentilesOfWhatTheModelAnswered() throws Exception {
    List<Event> events = new ArrayList<>();
    for (int i = 1; i <= 101; i++) { // waits 1 ms and takes 1, 2, … 101
      events.add(call(i, ChatReply.Source.MODEL));
    }
    events.add(call(9_000, ChatReply.Source.CACHE));
    keep(events);
    assertThat(
            rows(
                "select model, calls, round(p50_ms), round(p95_ms), round(p99_ms)"
                    + " from mama.model_latency where exp_id = ?"))
        .containsExactly("m 101 52 97 101");
  }

  @Test
  void figures_areAggregatedOverAgentsAndByHour() throws Exception {
    List<Event> events = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      events.add(metric("a" + i % 2, "price.eur", i, 0));
    }
    events.add(metric("a1", "price.eur", 15, 60));
    events.add(metric("a1", "distance.m", -1, 0));
    keep(events);
    assertThat(
            rows(
                "select name, count, agents, mean, min, median, max, round(deviation::numeric, 3)"
                    + " from mama.figures where exp_id = ? order by name"))
        .containsExactly("distance.m 1 1 -1 -1 -1 -1 null", "price.eur 6 2 5 1 3.5 15 5.099");
    assertThat(
            rows(
                "select name, extract(hour from hour at time zone 'UTC')::int, count, mean, min, max"
                    + " from mama.figures_per_hour where exp_id = ? order by 1, 2"))
        .containsExactly(
            "distance.m 12 1 -1 -1 -1", "price.eur 12 5 3 1 5", "price.eur 13 1 15 15 15");
  }

  private void keep(List<Event> events) throws InterruptedException {
    try (var log = PgEventLog.open(server.database())) {
      for (Event event : events) {
        log.append(event);
      }
    }
  }

  private List<String> rows(String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (var connection = server.connect();
        var select = connection.prepareStatement(sql)) {
      select.setString(1, experiment.value());
      try (var rows = select.executeQuery()) {
        while (rows.next()) {
          List<String> fields = new ArrayList<>();
          for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
            fields.add(String.valueOf(rows.getString(i)));
          }
          found.add(String.join(" ", fields));
        }
      }
    }
    return found;
  }

  private MessageSent message(int minute, String from, Channel channel) {
    return new MessageSent(
        UUID.randomUUID(),
        experiment,
        NOON.plus(Duration.ofMinutes(minute)),
        AgentId.of(from),
        AgentId.of("guide"),
        channel,
        Payload.text("hello"),
        Trace.start());
  }

  private MetricRecorded metric(String agent, String name, double value, int minute) {
    return new MetricRecorded(
        UUID.randomUUID(),
        experiment,
        NOON.plus(Duration.ofMinutes(minute)),
        AgentId.of(agent),
        name,
        value,
        Trace.start());
  }

  private ModelCalled call(int wireMillis, ChatReply.Source source) {
    return new ModelCalled(
        UUID.randomUUID(),
        experiment,
        NOON,
        AgentId.of("a"),
        "m",
        1,
        1,
        1,
        Duration.ofMillis(1),
        Duration.ofMillis(wireMillis),
        source,
        null,
        Trace.start());
  }

  private ModelCalled call(
      String agent,
      int prompt,
      int completion,
      int attempts,
      ChatReply.@Nullable Source source,
      ChatException.@Nullable Reason failure) {
    return new ModelCalled(
        UUID.randomUUID(),
        experiment,
        NOON,
        AgentId.of(agent),
        "m",
        prompt,
        completion,
        attempts,
        Duration.ZERO,
        Duration.ofMillis(5),
        source,
        failure,
        Trace.start());
  }
}
