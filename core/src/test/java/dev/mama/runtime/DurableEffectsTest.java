package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.Event;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.TransportException;
import dev.mama.runtime.Words.Count;
import dev.mama.spi.Envelope.Sequence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What leaves the group with a durable turn, and what comes from elsewhere to one. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DurableEffectsTest {

  private static final AgentId ANNA = AgentId.of("anna");

  @TempDir Path folder;

  /** The number on which a turn never ends. */
  private static final AtomicInteger STUCK = new AtomicInteger();

  private final Wire wire = new Wire();

  @BeforeEach
  void nothingIsStuck() {
    STUCK.set(0);
  }

  record Numbers(List<Integer> seen) {}

  /** Records each number in every way, sends it far away, and fails on negative ones. */
  private static final class Reporter implements DurableAgent<Numbers> {
    private final List<Integer> seen = new ArrayList<>();

    @Override
    public Numbers state() {
      return new Numbers(List.copyOf(seen));
    }

    @Override
    public void restore(Numbers state) {
      seen.addAll(state.seen());
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      if (message.payload().type().equals("Go")) {
        context.reply(Payload.of(state()));
        return;
      }
      Count count = message.payload().as(Count.class);
      if (count.number() == STUCK.get()) {
        new CountDownLatch(1).await();
      }
      seen.add(count.number());
      context.record("seen", count);
      context.metric("number", count.number());
      context.recordState(state());
      context.send(Wire.FAR, Payload.of(count));
      if (count.number() < 0) {
        throw new IllegalStateException("negative");
      }
    }
  }

  private AgentGroup group(InMemoryEventLog log) throws InterruptedException {
    AgentGroup group =
        Ledger.group(folder)
            .transport(wire)
            .eventLog(log)
            .drainTimeout(Duration.ofMillis(100))
            .build();
    group.define(AgentType.durable("reporter", Numbers.class, Reporter::new));
    if (group.resume().agents() == 0) {
      group.start(ANNA, "reporter");
    }
    return group;
  }

  private static long errors(InMemoryEventLog log, String text) throws InterruptedException {
    List<Event> rows = new ArrayList<>();
    log.read(Ledger.EXPERIMENT, rows::add);
    return rows.stream()
        .filter(row -> row instanceof Event.ErrorRaised error && error.detail().contains(text))
        .count();
  }

  private static List<Integer> seen(AgentGroup group) throws InterruptedException {
    return group
        .client("asker-" + System.nanoTime())
        .ask(ANNA, Payload.of(new Words.Go()), Words.LONG)
        .as(Numbers.class)
        .seen();
  }

  @Test
  void turn_thatFails_leavesNoRowsAndNoGapOnTheWire() throws Exception {
    try (var log = new InMemoryEventLog();
        var group = group(log)) {
      var client = group.client("client");
      for (int number : new int[] {1, -2, 3}) {
        client.send(ANNA, Payload.of(new Count(number)));
      }
      await().until(() -> wire.sent.size() == 2);
      assertThat(wire.numbers()).containsExactly(1, 3);
      assertThat(wire.sequences().stream().map(Sequence::number)).containsExactly(1L, 2L);
      List<Event> rows = new ArrayList<>();
      log.read(Ledger.EXPERIMENT, rows::add);
      assertThat(rows.stream().filter(row -> row instanceof Event.EventRecorded)).hasSize(2);
      assertThat(rows.stream().filter(row -> row instanceof Event.MetricRecorded)).hasSize(2);
      assertThat(rows.stream().filter(row -> row instanceof Event.StateRecorded)).hasSize(2);
    }
  }

  @Test
  void messageFromElsewhere_handledBefore_isNotHandledAgainAfterResuming() throws Exception {
    try (var log = new InMemoryEventLog();
        var group = group(log)) {
      wire.deliver(ANNA, 5, 1);
      wire.deliver(ANNA, 5, 2);
      await().until(() -> seen(group).equals(List.of(1, 2)));
      await().until(() -> wire.handled.size() == 2);
    }
    try (var log = new InMemoryEventLog();
        var group = group(log)) {
      for (int number = 1; number <= 3; number++) {
        wire.deliver(ANNA, 5, number);
      }
      wire.deliver(ANNA, 9, 1); // the sender has started anew
      await().until(() -> seen(group).equals(List.of(1, 2, 3, 1)));
      await().until(() -> wire.handled.size() == 6);
    }
  }

  @Test
  void messageFromElsewhere_notHandledWhenTheGroupCloses_isLeftToItsTransport() throws Exception {
    STUCK.set(2);
    try (var log = new InMemoryEventLog();
        var group = group(log)) {
      for (int number = 1; number <= 3; number++) {
        wire.deliver(ANNA, 5, number);
      }
      await().until(() -> group.inspect().unfinished() == 2);
      await().until(() -> wire.handled.size() == 1);
    }
    assertThat(wire.handled).hasSize(1);
    STUCK.set(0);
    try (var log = new InMemoryEventLog();
        var group = group(log)) {
      for (int number = 1; number <= 3; number++) {
        wire.deliver(ANNA, 5, number);
      }
      await().until(() -> seen(group).equals(List.of(1, 2, 3)));
    }
  }

  @Test
  void messageToElsewhere_committedAndNotSent_isSentAfterResumingUnderItsNumber() throws Exception {
    try (var log = new InMemoryEventLog();
        var group = group(log)) {
      var client = group.client("client");
      client.send(ANNA, Payload.of(new Count(1)));
      await().until(() -> wire.sent.size() == 1);
      wire.down.set(true);
      client.send(ANNA, Payload.of(new Count(2)));
      client.send(ANNA, Payload.of(new Count(3)));
      await().until(() -> wire.refused.get() >= 3);
      assertThat(errors(log, "is sent again: down")).as("said once").isEqualTo(1);
    }
    wire.down.set(false);
    try (var log = new InMemoryEventLog();
        var group = group(log)) {
      await().until(() -> wire.sent.size() == 3);
      assertThat(wire.numbers()).containsExactly(1, 2, 3);
      List<Sequence> sequences = wire.sequences();
      assertThat(sequences.get(1)).isEqualTo(new Sequence(sequences.getFirst().incarnation(), 2));
      assertThat(sequences.get(2).number()).as("of a new start").isEqualTo(1);
      assertThat(seen(group)).containsExactly(1, 2, 3);
    }
    int sent = wire.sent.size();
    try (var log = new InMemoryEventLog();
        var group = group(log)) {
      assertThat(seen(group)).containsExactly(1, 2, 3);
    }
    assertThat(wire.sent).as("nothing is sent twice").hasSize(sent);
  }

  @Test
  void messageToElsewhere_whileTooManyTurnsWait_isSentOnceTheyGoOn() throws Exception {
    var gate = new Words.Gate();
    try (var log = new InMemoryEventLog();
        var group = Ledger.group(folder).transport(wire).eventLog(log).waitingTurns(1).build()) {
      group.define(AgentType.durable("reporter", Numbers.class, Reporter::new));
      group.start(ANNA, "reporter");
      AgentId shut = Words.start(group, "gate", gate);
      AgentId waiting =
          Words.start(
              group,
              "waiting",
              (message, context) -> {
                var unused = context.ask(shut, message.payload(), Words.LONG);
              });
      group.client("one").send(waiting, Payload.of(new Words.Go()));
      Words.await(gate.begun);
      group.client("other").send(ANNA, Payload.of(new Count(1)));
      await().until(() -> errors(log, "is sent again: 1 turns of this group wait already") > 0);
      gate.open.countDown();
      await().until(() -> wire.numbers().equals(List.of(1)));
    }
  }

  @Test
  void transportThatStumbles_stopsNobody() throws Exception {
    try (var log = new InMemoryEventLog();
        var group = group(log)) {
      wire.stumbles.set(true);
      wire.deliver(ANNA, 5, 1);
      await().until(() -> errors(log, "did not let go of message") == 1);
      wire.deliver(ANNA, 5, 2);
      await().until(() -> seen(group).equals(List.of(1, 2)));
      await().until(() -> group.inspect().unfinished() == 0);
    }
  }

  @Test
  void resume_refusedByTheTransport_countsNothingTwiceWhenTriedAgain() throws Exception {
    STUCK.set(2);
    try (var log = new InMemoryEventLog();
        var group = group(log)) {
      var client = group.client("client");
      for (int number = 1; number <= 3; number++) {
        client.send(ANNA, Payload.of(new Count(number)));
      }
      await().until(() -> group.inspect().unfinished() == 2);
    }
    STUCK.set(0);
    try (var group = Ledger.group(folder).transport(wire).build()) {
      group.define(AgentType.durable("reporter", Numbers.class, Reporter::new));
      wire.down.set(true);
      assertThatThrownBy(group::resume).isInstanceOf(TransportException.class);
      wire.down.set(false);
      assertThat(group.resume().messages()).isEqualTo(2);
      await().until(() -> seen(group).equals(List.of(1, 2, 3)));
      await().until(() -> group.inspect().unfinished() == 0);
    }
  }
}
