package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.AskTimeoutException;
import dev.mama.ExperimentId;
import dev.mama.MailboxFullException;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.InMemoryTransport;
import dev.mama.runtime.Routing;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Everything a group waits for is driven by the clock it was given: all limits here are hours, and
 * no test lasts that long.
 */
class GroupOnManualTimeTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration HOUR = Duration.ofHours(1);

  record Note(String text) {}

  private final ManualTime time = new ManualTime();
  private final List<String> handled = new CopyOnWriteArrayList<>();
  private final CountDownLatch open = new CountDownLatch(1);
  private final CountDownLatch begun = new CountDownLatch(1);

  private AgentGroup group(Supervision supervision, Agent agent) throws InterruptedException {
    var group =
        AgentGroup.builder(ExperimentId.of("test"))
            .time(time)
            .mailboxCapacity(1)
            .sendTimeout(HOUR)
            .drainTimeout(LONG)
            .build();
    group.define(AgentType.of("agent", () -> agent).supervised(supervision));
    group.start(AgentId.of("agent"), "agent");
    return group;
  }

  private static Supervision resumed() {
    return Supervision.of(Reaction.RESUME).withTurnLimit(Duration.ofDays(1));
  }

  private static Payload note(String text) {
    return Payload.of(new Note(text));
  }

  private Agent gate() {
    return (message, context) -> {
      begun.countDown();
      open.await();
    };
  }

  /** Runs {@code call} elsewhere, until it has failed because the clock moved by {@code step}. */
  private void assertEndsAfter(Duration step, Callable<?> call, Class<? extends Throwable> with)
      throws InterruptedException {
    int before = time.scheduled();
    var task = new FutureTask<>(call);
    Thread.ofVirtual().start(task);
    await().atMost(LONG).until(() -> time.scheduled() > before);
    time.advance(step.minusNanos(1));
    assertThat(task.isDone()).as("it ended before its time").isFalse();
    time.advance(Duration.ofNanos(1));
    assertThatThrownBy(() -> task.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(with);
  }

  @Test
  void schedule_comesWithTheClock() throws Exception {
    Agent agent =
        (message, context) -> {
          handled.add(message.payload().as(Note.class).text());
          if (handled.size() == 1) {
            context.schedule(HOUR, note("later"));
            context.scheduleEvery(HOUR.multipliedBy(2), note("again"));
          }
        };
    try (var group = group(resumed(), agent)) {
      group.client("client").send(AgentId.of("agent"), note("first"));
      await().atMost(LONG).until(() -> time.scheduled() >= 3);
      for (int hour = 1; hour <= 6; hour++) {
        time.advance(HOUR);
        int expected = 1 + 1 + hour / 2;
        await().atMost(LONG).until(() -> handled.size() >= expected);
      }
    }
    assertThat(handled).containsExactly("first", "later", "again", "again", "again");
  }

  @Test
  void ask_noReply_endsWithTheClock() throws Exception {
    try (var group = group(resumed(), gate())) {
      Sender client = group.client("client");
      assertEndsAfter(
          HOUR, () -> client.ask(AgentId.of("agent"), note("?"), HOUR), AskTimeoutException.class);
      open.countDown();
    }
  }

  @Test
  void send_fullMailbox_endsWithTheClock() throws Exception {
    try (var group = group(resumed(), gate())) {
      Sender client = group.client("client");
      client.send(AgentId.of("agent"), note("1"));
      begun.await();
      client.send(AgentId.of("agent"), note("2"));
      assertEndsAfter(
          HOUR,
          () -> {
            client.send(AgentId.of("agent"), note("3"));
            return null;
          },
          MailboxFullException.class);
      open.countDown();
    }
  }

  @Test
  void failing_isTriedAgainWithTheClock() throws Exception {
    Agent agent =
        (message, context) -> {
          handled.add(time.now().toString());
          throw new IllegalStateException("on purpose");
        };
    try (var group = group(resumed().withTries(3).withBackOff(Duration.ofSeconds(20)), agent)) {
      group.client("client").send(AgentId.of("agent"), note("poison"));
      for (int tries = 1; tries <= 2; tries++) {
        int done = tries;
        await().atMost(LONG).until(() -> handled.size() == done);
        await().atMost(LONG).until(() -> time.scheduled() == 2); // the pause, and the watchdog
        time.advance(Duration.ofSeconds(20L * tries));
      }
      await().atMost(LONG).until(() -> handled.size() == 3);
    }
    assertThat(handled)
        .containsExactly("2026-01-01T00:00:00Z", "2026-01-01T00:00:20Z", "2026-01-01T00:01:00Z");
  }

  @Test
  void overdue_turn_isCancelledWithTheClock() throws Exception {
    Agent agent =
        (message, context) -> {
          begun.countDown();
          try {
            context.time().sleep(Duration.ofDays(7));
          } catch (InterruptedException e) {
            handled.add(time.now().toString());
            throw e;
          }
        };
    try (var group = group(resumed().withTurnLimit(HOUR).cancellingOverdue(), agent)) {
      group.client("client").send(AgentId.of("agent"), note("wait"));
      begun.await();
      time.advance(Duration.ofSeconds(1)); // from here on the watchdog knows the turn
      time.advance(Duration.ofMinutes(59));
      assertThat(handled).isEmpty();
      time.advance(Duration.ofMinutes(2));
      await().atMost(LONG).until(() -> handled.size() == 1);
    }
  }

  @Test
  void gap_isGivenUpWithTheClock() throws Exception {
    try (var wire = InMemoryTransport.open();
        var group =
            AgentGroup.builder(ExperimentId.of("test"))
                .time(time)
                .transport(losingTheSecond(wire))
                .routing(Routing.BROKER)
                .gapLimit(HOUR)
                .drainTimeout(LONG)
                .build()) {
      Agent agent = (message, context) -> handled.add(message.payload().as(Note.class).text());
      group.define(AgentType.of("agent", () -> agent));
      group.start(AgentId.of("agent"), "agent");
      Sender client = group.client("client");
      client.send(AgentId.of("agent"), note("first"));
      client.send(AgentId.of("agent"), note("lost"));
      client.send(AgentId.of("agent"), note("kept"));
      await().atMost(LONG).until(() -> handled.contains("first"));
      await().atMost(LONG).until(() -> time.scheduled() == 2); // the gap, and the watchdog
      time.advance(HOUR.minusNanos(1));
      assertThat(handled).containsExactly("first");
      time.advance(Duration.ofNanos(1));
      await().atMost(LONG).until(() -> handled.contains("kept"));
    }
  }

  private static Transport losingTheSecond(Transport wire) {
    return new Relay(wire) {
      @Override
      public void send(Envelope envelope) throws InterruptedException {
        if (envelope.sequence() == null || envelope.sequence().number() != 2) {
          super.send(envelope);
        }
      }
    };
  }
}
