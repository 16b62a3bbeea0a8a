package dev.mama.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Event;
import dev.mama.Event.ErrorRaised;
import dev.mama.Event.MessageSent;
import dev.mama.Event.MetricRecorded;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Trace;
import dev.mama.pg.EventQuery.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading an experiment again: which events, from where, at what pace, and what differs. */
final class ReplayTest {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private static TestDatabase server;
  private static PgEventLog log;

  @TempDir private Path folder;
  private final ExperimentId experiment = ExperimentId.of("exp-" + UUID.randomUUID());

  @BeforeAll
  static void start() throws Exception {
    server = TestDatabase.start();
    log = PgEventLog.open(server.database());
  }

  @AfterAll
  static void stop() {
    log.close();
    server.close();
  }

  @Test
  void read_narrowed_givesWhatMatches() throws Exception {
    for (int i = 0; i < 30; i++) {
      log.append(message(experiment, i, "scout-" + i % 3, "hello " + i));
      log.append(metric(i, "scout-" + i % 3));
      log.append(error(i));
    }
    log.flush();
    List<Event> all = read(EventQuery.all(experiment));
    assertThat(all).hasSize(90).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
    for (EventQuery query :
        List.of(
            EventQuery.all(experiment).kinds(Set.of(MetricRecorded.class, ErrorRaised.class)),
            EventQuery.all(experiment).agents(Set.of(AgentId.of("scout-1"))),
            EventQuery.all(experiment).agents(Set.of(AgentId.of("guide"))),
            EventQuery.all(experiment).agents(Set.of(AgentId.of("nobody"))),
            EventQuery.all(experiment).between(NOON.plusSeconds(10), NOON.plusSeconds(20)),
            EventQuery.all(experiment).between(NOON.plusSeconds(25), null),
            EventQuery.all(experiment)
                .agents(Set.of(AgentId.of("scout-2")))
                .kinds(Set.of(MessageSent.class))
                .between(null, NOON.plusSeconds(9)))) {
      assertThat(read(query).stream().map(Event::id))
          .as("%s", query)
          .isEqualTo(all.stream().filter(query::matches).map(Event::id).toList());
    }
    assertThat(read(EventQuery.all(experiment).agents(Set.of(AgentId.of("scout-1"))))).hasSize(20);
  }

  @Test
  void run_stoppedAndGoneOn_leavesOutAndRepeatsNothing() throws Exception {
    for (int i = 0; i < 2_500; i++) {
      log.append(message(experiment, i / 100, "scout", "hello " + i)); // a hundred of one moment
    }
    log.flush();
    List<UUID> all = read(EventQuery.all(experiment)).stream().map(Event::id).toList();
    List<UUID> seen = new ArrayList<>();
    Position position = null;
    while (seen.size() < all.size()) {
      EventQuery query = EventQuery.all(experiment);
      int stop = seen.size() + 333;
      var failure = new IllegalStateException("enough");
      List<Event> part = new ArrayList<>();
      try {
        Replay.of(log, position == null ? query : query.after(position))
            .run(event -> {
              if (seen.size() + part.size() == stop) {
                throw failure;
              }
              part.add(event);
            });
      } catch (IllegalStateException e) {
        assertThat(e).isSameAs(failure);
      }
      part.forEach(event -> seen.add(event.id()));
      position = Position.of(part.getLast());
    }
    assertThat(seen).isEqualTo(all);
  }

  @Test
  void run_atSpeed_keepsThePace() throws Exception {
    log.append(message(experiment, 0, "scout", "a"));
    log.append(message(experiment, 20, "scout", "b"));
    log.flush();
    long start = System.nanoTime();
    Replay.of(log, EventQuery.all(experiment)).atSpeed(100).run(event -> {});
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(190));
    assertThatThrownBy(() -> Replay.of(log, EventQuery.all(experiment)).atSpeed(0))
        .hasMessageContaining("speed 0.0 must be a positive number");
  }

  @Test
  void between_experiments_findsTheFirstMessageThatDiffers() throws Exception {
    ExperimentId other = ExperimentId.of(experiment.value() + "-b");
    ExperimentId shorter = ExperimentId.of(experiment.value() + "-c");
    for (int i = 0; i < 1_500; i++) {
      log.append(message(experiment, i, "scout", "hello " + i));
      log.append(message(other, i, "scout", "hello " + (i == 1_234 ? "?" : i)));
      if (i < 700) {
        log.append(message(shorter, i, "scout", "hello " + i));
      }
    }
    log.flush();
    assertThat(Difference.between(log, experiment, log, experiment)).isEmpty();
    assertThat(Difference.between(log, experiment, log, other).orElseThrow())
        .satisfies(difference -> {
          assertThat(difference.number()).isEqualTo(1_235);
          assertThat(difference.toString())
              .contains("message 1,235 differs", "hello 1234", "hello ?");
        });
    Difference end = Difference.between(log, experiment, log, shorter).orElseThrow();
    assertThat(end.number()).isEqualTo(701);
    assertThat(end.second()).isNull();
  }

  @Test
  void dropAndDetach_experiment_leaveTheOthersAlone() throws Exception {
    ExperimentId other = ExperimentId.of(experiment.value() + "-b");
    ExperimentId kept = ExperimentId.of(experiment.value() + "-c");
    for (ExperimentId each : List.of(experiment, other, kept)) {
      log.append(message(each, 0, "scout", "hello"));
    }
    log.flush();
    var experiments = PgExperiments.of(server.database());
    assertThat(experiments.all())
        .filteredOn(stored -> stored.experiment().equals(kept))
        .singleElement()
        .satisfies(stored -> assertThat(stored.bytes()).isPositive());
    assertThat(experiments.drop(experiment)).isEqualTo(1);
    assertThat(experiments.detach(other)).singleElement().asString().startsWith("messages_");
    assertThat(experiments.drop(experiment)).isZero();
    assertThat(read(EventQuery.all(experiment))).isEmpty();
    assertThat(read(EventQuery.all(other))).isEmpty();
    assertThat(read(EventQuery.all(kept))).hasSize(1);
    experiments.analyze(kept);
    assertThat(experiments.exportCsv(kept, folder)).isEqualTo(Map.of("messages", 1L));
    assertThat(Files.readAllLines(folder.resolve("messages.csv")))
        .hasSize(2)
        .first()
        .asString()
        .startsWith("exp_id,src,dst,ts,channel,kind,payload");
    log.append(message(experiment, 1, "scout", "again")); // the log knew a partition that has gone
    log.flush();
    assertThat(read(EventQuery.all(experiment))).hasSize(1);
  }

  private static List<Event> read(EventQuery query) throws InterruptedException {
    List<Event> found = new ArrayList<>();
    log.read(query, found::add);
    return found;
  }

  private static MessageSent message(
      ExperimentId experiment, int second, String from, String text) {
    return new MessageSent(
        UUID.randomUUID(),
        experiment,
        NOON.plusSeconds(second),
        AgentId.of(from),
        AgentId.of("guide"),
        Channel.AGENT_CHAT,
        Payload.text(text),
        Trace.start());
  }

  private MetricRecorded metric(int second, String agent) {
    return new MetricRecorded(
        UUID.randomUUID(),
        experiment,
        NOON.plusSeconds(second),
        AgentId.of(agent),
        "price",
        second,
        Trace.start());
  }

  private ErrorRaised error(int second) {
    return new ErrorRaised(
        UUID.randomUUID(), experiment, NOON.plusSeconds(second), "agent/a", "no", null);
  }
}
