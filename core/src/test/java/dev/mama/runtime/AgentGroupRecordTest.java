package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.LONG;
import static dev.mama.runtime.Words.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.Agent;
import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.ChatException;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.Event;
import dev.mama.Event.EventRecorded;
import dev.mama.Event.MetricRecorded;
import dev.mama.Event.ModelCalled;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.runtime.Words.Count;
import dev.mama.runtime.Words.Go;
import dev.mama.spi.ChatModel;
import dev.mama.spi.EventLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a group records besides messages and states: an agent's own, and what the runtime saw. */
class AgentGroupRecordTest {

  private final InMemoryEventLog log = new InMemoryEventLog();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AgentGroup group =
      AgentGroup.builder(EXPERIMENT)
          .eventLog(log)
          .meters(meters)
          .chatModel(new OneAnswer())
          .build();

  @AfterEach
  void close() {
    group.close();
  }

  @Test
  void record_ownEvent_isARowOfTheTurnsTrace() throws Exception {
    AgentId agent =
        turn((message, context) -> {
          context.record("sale", new Count(3));
          context.reply(Payload.text(message.trace().traceId()));
        });
    String trace = ask(agent);
    EventRecorded event = only(EventRecorded.class);
    assertThat(event.agent()).isEqualTo(agent);
    assertThat(event.kind()).isEqualTo("sale");
    assertThat(event.body().as(Count.class)).isEqualTo(new Count(3));
    assertThat(event.trace().traceId()).isEqualTo(trace);
  }

  @Test
  void metric_ownFigure_isARowAndInTheMeters() throws Exception {
    AgentId agent =
        turn((message, context) -> {
          context.metric("price.eur", -2.5);
          context.metric("price.eur", 4.5);
          context.reply(Payload.text(""));
        });
    ask(agent);
    assertThat(all(MetricRecorded.class))
        .extracting(MetricRecorded::value)
        .containsExactlyInAnyOrder(-2.5, 4.5);
    assertThat(meters.get("mama.figures.count").tag("figure", "price.eur").functionCounter())
        .satisfies(counter -> assertThat(counter.count()).isEqualTo(2));
    assertThat(meters.get("mama.figures.mean").gauge().value()).isEqualTo(1);
    assertThat(meters.get("mama.figures.latest").gauge().value()).isEqualTo(4.5);
  }

  @Test
  void metric_moreNamesThanMeters_areAllRows() throws Exception {
    AgentId agent =
        turn((message, context) -> {
          for (int i = 0; i < Figures.MOST_NAMES + 50; i++) {
            context.metric("name-" + i, i);
          }
          context.reply(Payload.text(""));
        });
    ask(agent);
    assertThat(all(MetricRecorded.class)).hasSize(Figures.MOST_NAMES + 50);
    assertThat(meters.find("mama.figures.count").functionCounters()).hasSize(Figures.MOST_NAMES);
  }

  /** More turns wait for the log than there are permits; the watch serves others with theirs. */
  @Test
  void metric_logTakesNoMore_othersGoOn() throws Exception {
    int recording = 4 * Runtime.getRuntime().availableProcessors() + 8;
    var full = new FullLog();
    try (var others = AgentGroup.builder(EXPERIMENT).eventLog(full).build()) {
      var client = others.client("client");
      for (int i = 0; i < recording; i++) {
        AgentId agent =
            start(others, "recorder-" + i, (message, context) -> context.metric("price", 1));
        client.send(agent, Payload.of(new Go()));
      }
      full.arrived.acquire(recording);
      AgentId quick =
          start(others, "quick", (message, context) -> context.reply(Payload.text("here")));
      assertThat(client.ask(quick, Payload.of(new Go()), LONG).as(Payload.Text.class).text())
          .isEqualTo("here");
      full.room.countDown();
    }
    assertThat(full.figures).hasValue(recording);
  }

  /** A log that has no room for figures until it is told. */
  private static final class FullLog implements EventLog {
    private final Semaphore arrived = new Semaphore(0);
    private final CountDownLatch room = new CountDownLatch(1);
    private final AtomicInteger figures = new AtomicInteger();

    @Override
    public String name() {
      return "full";
    }

    @Override
    public void append(Event event) throws InterruptedException {
      if (event instanceof MetricRecorded) {
        arrived.release();
        room.await();
        figures.incrementAndGet();
      }
    }

    @Override
    public void flush() {}

    @Override
    public void read(ExperimentId experiment, Consumer<Event> reader) {}

    @Override
    public void close() {}
  }

  @Test
  void metricOrRecord_wrong_isRefusedByName() throws Exception {
    assertRefused(
        (message, context) -> context.metric("price", Double.NaN),
        "metric 'price' is NaN; it must be a finite number");
    assertRefused(
        (message, context) -> context.metric("price", Double.POSITIVE_INFINITY),
        "metric 'price' is Infinity; it must be a finite number");
    assertRefused(
        (message, context) -> context.metric("a price", 1),
        "metric 'a price' must be 1 to 64 characters of A-Z a-z 0-9 . _ -");
    assertRefused(
        (message, context) -> context.record("", new Count(1)),
        "event kind '' must be 1 to 64 characters of A-Z a-z 0-9 . _ -");
    assertThat(all(MetricRecorded.class)).isEmpty();
    assertThat(all(EventRecorded.class)).isEmpty();
    assertThat(meters.find("mama.figures.count").functionCounters()).isEmpty();
  }

  @Test
  void chat_answeredAndFailed_areRecordedWithUsageAndReason() throws Exception {
    AgentId agent =
        turn((message, context) -> {
          context.chat(ChatRequest.of("hello"));
          try {
            context.chat(ChatRequest.of("fail"));
          } catch (ChatException e) {
            context.reply(Payload.text(""));
          }
        });
    ask(agent);
    List<ModelCalled> calls = all(ModelCalled.class);
    assertThat(calls).hasSize(2);
    ModelCalled answered =
        calls.stream().filter(call -> call.failure() == null).findFirst().orElseThrow();
    assertThat(answered.agent()).isEqualTo(agent);
    assertThat(answered.model()).isEqualTo("tiny");
    assertThat(answered.promptTokens()).isEqualTo(7);
    assertThat(answered.completionTokens()).isEqualTo(2);
    assertThat(answered.source()).isEqualTo(ChatReply.Source.MODEL);
    ModelCalled failed =
        calls.stream().filter(call -> call.failure() != null).findFirst().orElseThrow();
    assertThat(failed.failure()).isEqualTo(ChatException.Reason.OVERLOADED);
    assertThat(failed.model()).isEqualTo("one-answer");
  }

  private AgentId turn(Agent agent) throws InterruptedException {
    return start(group, "agent", agent);
  }

  private String ask(AgentId agent) throws InterruptedException {
    return group
        .client("client")
        .ask(agent, Payload.of(new Go()), LONG)
        .as(Payload.Text.class)
        .text();
  }

  private void assertRefused(Agent agent, String message) throws InterruptedException {
    String name = "bad-" + Integer.toHexString(message.hashCode());
    AgentId bad = start(group, name, agent);
    assertThatThrownBy(() -> group.client("to-" + name).ask(bad, Payload.of(new Go()), LONG))
        .isInstanceOf(AgentFailedException.class)
        .hasMessageContaining(message);
  }

  private <E extends Event> E only(Class<E> kind) {
    List<E> found = all(kind);
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private <E extends Event> List<E> all(Class<E> kind) {
    List<E> found = new ArrayList<>();
    log.read(
        EXPERIMENT,
        event -> {
          if (kind.isInstance(event)) {
            found.add(kind.cast(event));
          }
        });
    return found;
  }

  /** Answers with one word, or is overloaded if asked to fail. */
  private static final class OneAnswer implements ChatModel {

    @Override
    public String name() {
      return "one-answer";
    }

    @Override
    public ChatReply chat(ChatRequest request) {
      if (request.messages().getFirst().toString().contains("fail")) {
        throw new ChatException("no room", ChatException.Reason.OVERLOADED);
      }
      return new ChatReply("hi", "tiny", 7, 2, Duration.ZERO, Duration.ofMillis(3));
    }

    @Override
    public void close() {}
  }
}
