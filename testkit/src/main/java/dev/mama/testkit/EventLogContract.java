package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Event;
import dev.mama.Event.AgentStarted;
import dev.mama.Event.ErrorRaised;
import dev.mama.Event.EventRecorded;
import dev.mama.Event.MessageSent;
import dev.mama.Event.MetricRecorded;
import dev.mama.Event.StateRecorded;
import dev.mama.Event.SurveyAnswered;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.StorageException;
import dev.mama.Trace;
import dev.mama.spi.EventLog;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link EventLog} keeps. Extend it, and give it a log.
 *
 * <p>Each test uses experiments of its own, so all may share one store.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class EventLogContract {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00.123456Z");
  private static final String AWKWARD =
      "quote \" ' `, backslash \\ \\n \\N \\., newline \n\r\n, tab \t, control \u0001\u001f\u007f\u0085,"
          + " NULL null, {\"json\": [1]}, accents é Ünï, CJK 漢字, right to left אב, emoji 🦙👩‍👩‍👧,"
          + " combining a\u0301, end \uffff";

  private EventLog log;
  private ExperimentId experiment;

  /** A log to be tested; the test closes it. */
  protected abstract EventLog newLog() throws Exception;

  /**
   * Another log over what {@link #newLog}'s wrote, or empty if that is gone when the log is closed.
   */
  protected Optional<EventLog> anotherLog() throws Exception {
    return Optional.empty();
  }

  @BeforeEach
  void open() throws Exception {
    log = newLog();
    experiment = anExperiment();
  }

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void flush_everyKindOfEvent_isThereOnceAndUnaltered() throws Exception {
    List<Event> events = EveryKind.of(experiment, NOON);
    assertKept(events);
  }

  @Test
  void flush_manyEvents_areAllThereOnce() throws Exception {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      events.add(aMessage(experiment, NOON.plus(i, ChronoUnit.MICROS), Payload.text("no " + i)));
    }
    assertKept(events);
  }

  @Test
  void flush_awkwardText_isUnaltered() throws Exception {
    var card = new AgentCard(AgentId.of("scout"), AWKWARD, AWKWARD);
    assertKept(
        List.of(
            new AgentStarted(
                UUID.randomUUID(), experiment, NOON, AgentId.of("scout"), AWKWARD, card),
            aState(Payload.text(AWKWARD)),
            aMessage(experiment, NOON, Payload.text(AWKWARD)),
            aMessage(experiment, NOON, Payload.text("")),
            aMessage(experiment, NOON, Payload.text(AWKWARD.repeat(1_000))),
            new ErrorRaised(UUID.randomUUID(), experiment, NOON, AWKWARD, AWKWARD, null),
            anEvent(Payload.text(AWKWARD)),
            anAnswer(Payload.text(AWKWARD))));
  }

  @Test
  void flush_figuresOfEverySize_areUnaltered() throws Exception {
    assertKept(
        DoubleStream.of(
                0,
                -0.0,
                1.0 / 3,
                -1e300,
                Double.MIN_VALUE,
                Double.MAX_VALUE,
                Long.MAX_VALUE,
                Math.PI)
            .mapToObj(value ->
                new MetricRecorded(
                    UUID.randomUUID(),
                    experiment,
                    NOON,
                    AgentId.of("scout"),
                    "distance.m",
                    value,
                    Trace.start()))
            .toList());
  }

  @Test
  void flush_payloadsOfEveryShape_areUnaltered() throws Exception {
    assertKept(
        Stream.of(
                "{}",
                "[]",
                "null",
                "true",
                "-0.125",
                "\"text\"",
                "12345678901234567890123456789",
                "{\"a\": {\"b\": [1, 2.5e-7, null, \"\\u00e9\\\\u0000\"]}, \"\": false}")
            .map(json -> Payload.encoded("", json.getBytes(StandardCharsets.UTF_8)))
            .map(payload -> aMessage(experiment, NOON, payload))
            .toList());
  }

  @Test
  void append_textWithTheNulCharacter_isKeptUnalteredOrRefused() throws Exception {
    List<Event> kept = new ArrayList<>();
    for (Event event :
        List.of(
            aMessage(experiment, NOON, Payload.text("a\0b")),
            new ErrorRaised(UUID.randomUUID(), experiment, NOON, "agent/a", "a\0b", null))) {
      try {
        log.append(event);
        kept.add(event);
      } catch (StorageException e) {
        assertThat(e).hasMessageContaining("U+0000");
      }
    }
    log.flush();
    assertSame(read(experiment), kept);
  }

  @Test
  void flush_timesFinerThanMicroseconds_areCutToThem() throws Exception {
    Instant fine = Instant.parse("2026-06-01T12:00:00.123456999Z");
    Instant early = Instant.parse("1969-07-20T20:17:40.000000001Z");
    List<Event> events = new ArrayList<>(EveryKind.of(experiment, fine));
    events.add(anError(early));
    for (Event event : events) {
      log.append(event);
    }
    log.flush();
    assertSame(
        read(experiment),
        events.stream().map(e -> e.at(e.at().truncatedTo(ChronoUnit.MICROS))).toList());
  }

  @Test
  void read_appendedInAnyOrder_isOrderedByTime() throws Exception {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      events.addAll(EveryKind.of(experiment, NOON.plus(i, ChronoUnit.MICROS)));
    }
    Collections.shuffle(events, new Random(42));
    for (Event event : events) {
      log.append(event);
    }
    log.flush();
    List<Event> found = read(experiment);
    assertThat(found)
        .hasSize(events.size())
        .isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
    assertSame(found, events);
  }

  @Test
  void read_severalExperiments_areApart() throws Exception {
    ExperimentId other = ExperimentId.of(experiment.value() + "x");
    List<Event> ours = EveryKind.of(experiment, NOON);
    List<Event> theirs = EveryKind.of(other, NOON);
    for (int i = 0; i < ours.size(); i++) {
      log.append(ours.get(i));
      log.append(theirs.get(i));
    }
    log.flush();
    assertSame(read(experiment), ours);
    assertSame(read(other), theirs);
    assertThat(read(anExperiment())).isEmpty();
  }

  @Test
  void read_readerFails_failsTheSameAndTheLogGoesOn() throws Exception {
    assertKept(List.of(anError(NOON)));
    var failure = new IllegalStateException("reader's own");
    assertThatThrownBy(() ->
            log.read(
                experiment,
                event -> {
                  throw failure;
                }))
        .isSameAs(failure);
    assertThat(read(experiment)).hasSize(1);
  }

  @Test
  void append_fromManyThreads_keepsEverythingOnce() throws Exception {
    int threads = 10;
    List<Event> events = Collections.synchronizedList(new ArrayList<>());
    Callable<Void> appendThousand =
        () -> {
          for (int i = 0; i < 1_000; i++) {
            Event event = aMessage(experiment, NOON.plusMillis(i), Payload.text("no " + i));
            log.append(event);
            events.add(event);
          }
          log.flush();
          return null;
        };
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> done : executor.invokeAll(Collections.nCopies(threads, appendThousand))) {
        done.get();
      }
    }
    List<Event> found = read(experiment);
    assertThat(found).hasSize(10_000);
    assertThat(ids(found)).isEqualTo(ids(events));
  }

  @Test
  void flush_whileOthersGoOnAppending_returnsWithWhatWasBefore() throws Exception {
    ExperimentId others = anExperiment();
    var stop = new AtomicBoolean();
    var running = new Semaphore(0);
    Callable<Void> appendOn =
        () -> {
          for (int i = 0; i < 200_000 && !stop.get(); i++) {
            log.append(aMessage(others, NOON, Payload.text("more")));
            running.release();
          }
          return null;
        };
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Void> appending = executor.submit(appendOn);
      try {
        assertThat(running.tryAcquire(100, 30, TimeUnit.SECONDS)).isTrue();
        List<Event> before = EveryKind.of(experiment, NOON);
        for (Event event : before) {
          log.append(event);
        }
        log.flush();
        assertThat(ids(read(experiment))).isEqualTo(ids(before));
      } finally {
        stop.set(true);
        appending.get(30, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void append_afterClose_isRefused() throws Exception {
    log.close();
    assertThatThrownBy(() -> log.append(anError(NOON)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void close_twice_doesNothingMore() throws Exception {
    log.append(anError(NOON));
    log.close();
    log.close();
  }

  @Test
  void close_withoutFlush_writesWhatWasAccepted() throws Exception {
    List<Event> events = EveryKind.of(experiment, NOON);
    for (Event event : events) {
      log.append(event);
    }
    log.close();
    Optional<EventLog> another = anotherLog();
    assumeTrue(another.isPresent(), "the store ends with its log");
    try (EventLog again = another.orElseThrow()) {
      List<Event> found = new ArrayList<>();
      again.read(experiment, found::add);
      assertSame(found, events);
    }
  }

  /** An experiment that no other test uses. */
  protected static ExperimentId anExperiment() {
    return ExperimentId.of("exp-" + UUID.randomUUID());
  }

  /** A message of {@code experiment}. */
  protected static MessageSent aMessage(ExperimentId experiment, Instant at, Payload payload) {
    return new MessageSent(
        UUID.randomUUID(),
        experiment,
        at,
        AgentId.of("scout-1"),
        AgentId.of("scout-2"),
        Channel.AGENT_CHAT,
        payload,
        Trace.start());
  }

  /** All events of {@code from} that are written, in the order read. */
  protected static List<Event> readAll(EventLog log, ExperimentId from)
      throws InterruptedException {
    List<Event> found = new ArrayList<>();
    log.read(from, found::add);
    return found;
  }

  private List<Event> read(ExperimentId from) throws InterruptedException {
    return readAll(log, from);
  }

  private void assertKept(List<? extends Event> events) throws InterruptedException {
    for (Event event : events) {
      log.append(event);
    }
    log.flush();
    assertSame(read(experiment), events);
  }

  /** Each of {@code expected} once, and nothing else; the order does not matter. */
  private static void assertSame(List<Event> found, List<? extends Event> expected) {
    assertThat(found).hasSameSizeAs(expected);
    assertThat(EventForm.of(found)).isEqualTo(EventForm.of(expected));
  }

  private Event anError(Instant at) {
    return new ErrorRaised(UUID.randomUUID(), experiment, at, "agent/a", "failed", null);
  }

  private Event aState(Payload state) {
    return new StateRecorded(
        UUID.randomUUID(), experiment, NOON, AgentId.of("scout"), state, Trace.start());
  }

  private Event anEvent(Payload body) {
    return new EventRecorded(
        UUID.randomUUID(), experiment, NOON, AgentId.of("scout"), "sale", body, Trace.start());
  }

  private Event anAnswer(Payload answers) {
    return new SurveyAnswered(
        UUID.randomUUID(), experiment, NOON, AgentId.of("scout"), "mood", answers, Trace.start());
  }

  private static Set<UUID> ids(List<Event> events) {
    return events.stream().map(Event::id).collect(Collectors.toSet());
  }
}
