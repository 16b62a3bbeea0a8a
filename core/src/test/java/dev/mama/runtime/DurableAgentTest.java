package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Delivery;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.journal.Grade;
import dev.mama.runtime.Ledger.Entry;
import dev.mama.runtime.Ledger.Fail;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What of a durable agent outlives its group. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DurableAgentTest {

  private static final AgentId ANNA = AgentId.of("anna");
  private static final AgentId BERT = AgentId.of("bert");

  @TempDir Path folder;

  @BeforeEach
  void forget() {
    Ledger.BEGUN.clear();
  }

  @ParameterizedTest
  @EnumSource(Grade.class)
  void resume_afterClose_hasStatesAndHandlesNothingAgain(Grade grade) throws Exception {
    try (var group = group(grade)) {
      group.startAll(List.of(ANNA, BERT), "ledger");
      var client = group.client("client");
      for (int i = 0; i < 20; i++) {
        client.send(ANNA, Payload.of(new Entry(i, "bert")));
      }
    }
    try (var group = group(grade)) {
      assertThat(Ledger.numbers(group, ANNA)).isEqualTo(upTo(20));
      assertThat(Ledger.numbers(group, BERT)).isEqualTo(upTo(20));
      assertThat(Ledger.begun(ANNA)).isEqualTo(upTo(20));
      assertThat(Ledger.begun(BERT)).isEqualTo(upTo(20));
    }
  }

  @Test
  void resume_messagesAcceptedAndNotHandled_areHandledInOrder() throws Exception {
    var stuck = new Words.Gate();
    try (var group =
        Ledger.group(folder).drainTimeout(Duration.ofMillis(50)).mailboxCapacity(1_000).build()) {
      group.define(durably("ledger", stuck));
      group.start(ANNA, "ledger");
      var client = group.client("client");
      for (int i = 0; i < 100; i++) {
        client.send(ANNA, Payload.of(new Entry(i, "")));
      }
      Words.await(stuck.begun);
    }
    try (var group = Ledger.group(folder).build()) {
      group.define(Ledger.type());
      assertThat(group.resume().messages()).isEqualTo(100);
      assertThat(Ledger.numbers(group, ANNA)).isEqualTo(upTo(100));
    }
  }

  @Test
  void turn_thatFails_changesNothingAndSendsNothing() throws Exception {
    try (var group = Ledger.open(folder)) {
      group.startAll(List.of(ANNA, BERT), "ledger");
      var client = group.client("client");
      client.send(ANNA, Payload.of(new Entry(1, "bert")));
      client.send(ANNA, Payload.of(new Fail(2, "bert")));
      client.send(ANNA, Payload.of(new Entry(3, "bert")));
      assertThat(Ledger.numbers(group, ANNA)).containsExactly(1, 3);
      await().until(() -> Ledger.numbers(group, BERT).equals(List.of(1, 3)));
    }
    try (var group = Ledger.open(folder)) {
      assertThat(Ledger.numbers(group, ANNA)).containsExactly(1, 3);
      assertThat(Ledger.begun(ANNA)).as("a dead message stays dead").containsExactly(1, 2, 3);
    }
  }

  @Test
  void turn_firstOneThatFails_leavesANewAgent() throws Exception {
    try (var group = Ledger.open(folder)) {
      group.start(ANNA, "ledger");
      group.client("client").send(ANNA, Payload.of(new Fail(2, "")));
      assertThat(Ledger.numbers(group, ANNA)).isEmpty();
    }
  }

  @Test
  void turn_triedThreeTimes_beginsEachTimeFromTheSameState() throws Exception {
    try (var group = Ledger.group(folder).build()) {
      group.define(
          Ledger.type()
              .supervised(
                  Supervision.of(Reaction.RESTART).withTries(3).withBackOff(Duration.ofMillis(1))));
      group.start(ANNA, "ledger");
      var client = group.client("client");
      client.send(ANNA, Payload.of(new Entry(1, "")));
      client.send(ANNA, Payload.of(new Fail(2, "")));
      client.send(ANNA, Payload.of(new Entry(3, "")));
      await().until(() -> Ledger.numbers(group, ANNA).equals(List.of(1, 3)));
      assertThat(Ledger.begun(ANNA)).containsExactly(1, 2, 2, 2, 3);
    }
  }

  @Test
  void agent_stoppedBecauseItFailed_isNotResumed() throws Exception {
    try (var group = Ledger.group(folder).build()) {
      group.define(Ledger.type().supervised(Supervision.of(Reaction.STOP)));
      group.startAll(List.of(ANNA, BERT), "ledger");
      group.client("client").send(ANNA, Payload.of(new Fail(2, "")));
      await().until(() -> group.inspect().agents() == 1);
    }
    try (var group = Ledger.group(folder).build()) {
      group.define(Ledger.type());
      assertThat(group.resume().agents()).isEqualTo(1);
    }
  }

  @Test
  void idleAgents_leaveTheMemoryAndComeBackAsTheyWere() throws Exception {
    var made = new AtomicInteger();
    try (var group =
        AgentGroup.builder(Ledger.EXPERIMENT)
            .durable(Durability.in(folder).loadedAgents(5))
            .build()) {
      group.define(
          AgentType.durablePerId(
              "ledger",
              Ledger.Book.class,
              id -> {
                made.incrementAndGet();
                return new Ledger(id);
              }));
      List<AgentId> ids = IntStream.range(0, 100).mapToObj(i -> AgentId.of("agent-" + i)).toList();
      group.startAll(ids, "ledger");
      var client = group.client("client");
      for (int round = 0; round < 5; round++) {
        for (AgentId id : ids) {
          client.send(id, Payload.of(new Entry(round, "")));
        }
      }
      for (int round = 0; round < 2; round++) {
        for (AgentId id : ids) {
          assertThat(Ledger.numbers(group, id)).isEqualTo(upTo(5));
        }
      }
      assertThat(made).as("made again for many turns").hasValueGreaterThan(150);
    }
  }

  @Test
  void ask_thatOnlyReads_writesNothing() throws Exception {
    try (var group = Ledger.open(folder)) {
      group.start(ANNA, "ledger");
      group.client("client").send(ANNA, Payload.of(new Entry(1, "")));
      assertThat(Ledger.numbers(group, ANNA)).containsExactly(1);
      for (int i = 0; i < 10; i++) {
        assertThat(Ledger.numbers(group, ANNA)).containsExactly(1);
      }
    }
    try (var group = Ledger.group(folder).build()) {
      group.define(Ledger.type());
      assertThat(group.resume().turns()).isEqualTo(1);
    }
  }

  @Test
  void random_drawsTheSameInATurnThatRunsAgain_andOnAfterReloading() throws Exception {
    Queue<Integer> drawn = new ConcurrentLinkedQueue<>();
    var fails = new CountDownLatch(1);
    for (int start = 0; start < 2; start++) {
      try (var group = Ledger.group(folder).build()) {
        group.define(dice(drawn, fails));
        if (group.resume().agents() == 0) {
          group.start(ANNA, "dice");
        }
        group.client("client").send(ANNA, Payload.of(new Words.Go()));
        group.client("again").send(ANNA, Payload.of(new Words.Go()));
      }
    }
    List<Integer> all = List.copyOf(drawn);
    assertThat(all).hasSize(5);
    assertThat(all.get(0)).as("the first turn failed once").isEqualTo(all.get(1));
    assertThat(all.subList(1, 5)).doesNotHaveDuplicates();
  }

  private static AgentType dice(Queue<Integer> drawn, CountDownLatch fails) {
    return AgentType.durable(
            "dice",
            Words.Count.class,
            () ->
                new DurableAgent<Words.Count>() {
                  @Override
                  public Words.Count state() {
                    return new Words.Count(0);
                  }

                  @Override
                  public void restore(Words.Count state) {}

                  @Override
                  public void onMessage(Message message, AgentContext context) {
                    drawn.add(context.random().nextInt());
                    if (fails.getCount() > 0) {
                      fails.countDown();
                      throw new IllegalStateException("once");
                    }
                  }
                })
        .supervised(Supervision.of(Reaction.RESUME).withTries(2).withBackOff(Duration.ofMillis(1)));
  }

  @Test
  void agentsInMemory_andDurableOnes_writeToEachOther() throws Exception {
    var listener = new Words.Listener();
    try (var group = Ledger.open(folder)) {
      group.startAll(List.of(ANNA), "ledger");
      group.define(
          AgentType.of(
              "relay",
              () ->
                  (message, context) -> {
                    if (message.from().equals(ANNA)) {
                      listener.onMessage(message, context);
                    } else {
                      context.send(ANNA, message.payload());
                    }
                  }));
      group.start(AgentId.of("relay"), "relay");
      group.client("client").send(AgentId.of("relay"), Payload.of(new Entry(7, "relay")));
      await().until(() -> listener.received.size() == 1);
      assertThat(group.client("other").trySend(ANNA, Payload.of(new Entry(1, ""))))
          .isInstanceOf(Delivery.Refused.class)
          .asString()
          .contains("use send");
    }
  }

  @Test
  void whatWouldNotBeKept_isRefusedByName() throws Exception {
    Queue<String> told = new ConcurrentLinkedQueue<>();
    try (var group = Ledger.group(folder).build()) {
      group.define(
          durably(
              "refused",
              (message, context) -> {
                try {
                  var unused = context.scheduleEvery(Duration.ofSeconds(1), message.payload());
                } catch (UnsupportedOperationException e) {
                  told.add(e.getMessage());
                }
              }));
      group.start(ANNA, "refused");
      group.client("client").send(ANNA, Payload.of(new Words.Go()));
      await().until(() -> told.size() == 1);
      assertThat(told)
          .allMatch(text -> text.startsWith("a period of durable agent 'anna' could not"));
    }
  }

  @Test
  void start_beforeWhatIsThereIsResumed_isRefused() throws Exception {
    try (var group = Ledger.open(folder)) {
      group.start(ANNA, "ledger");
    }
    try (var group = Ledger.group(folder).build()) {
      group.define(Ledger.type());
      assertThatThrownBy(() -> group.start(BERT, "ledger"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("holds 1 agents of an earlier run; call resume() first");
      assertThat(group.resume().agents()).isEqualTo(1);
      group.start(BERT, "ledger");
      assertThat(group.resume().agents()).as("a second time finds nothing").isZero();
    }
  }

  /** A durable type without a state to speak of. */
  private static AgentType durably(String name, dev.mama.Agent agent) {
    return AgentType.durable(
        name,
        Words.Go.class,
        () ->
            new DurableAgent<Words.Go>() {
              @Override
              public Words.Go state() {
                return new Words.Go();
              }

              @Override
              public void restore(Words.Go state) {}

              @Override
              public void onMessage(Message message, AgentContext context) throws Exception {
                agent.onMessage(message, context);
              }
            });
  }

  private AgentGroup group(Grade grade) throws InterruptedException {
    AgentGroup group =
        AgentGroup.builder(Ledger.EXPERIMENT).durable(Durability.in(folder).grade(grade)).build();
    group.define(Ledger.type());
    var unused = group.resume();
    return group;
  }

  private static List<Integer> upTo(int end) {
    return IntStream.range(0, end).boxed().toList();
  }
}
