package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.LONG;
import static dev.mama.runtime.Words.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.runtime.Words.Count;
import dev.mama.runtime.Words.Gate;
import dev.mama.runtime.Words.Go;
import dev.mama.runtime.Words.Listener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AgentGroupTurnsTest {

  private final AgentGroup group =
      AgentGroup.builder(EXPERIMENT)
          .mailboxCapacity(20_000)
          .drainTimeout(Duration.ofSeconds(1))
          .build();

  /** Counts without a lock: two turns at once would lose counts, and are noticed besides. */
  private static final class Unlocked implements Agent {
    int handled;
    final AtomicInteger inside = new AtomicInteger();
    volatile boolean overlapped;
    volatile int seen;

    @Override
    public void onMessage(Message message, AgentContext context) {
      overlapped |= inside.incrementAndGet() > 1;
      handled++;
      if (handled % 100 == 0) {
        LockSupport.parkNanos(1_000); // gives another turn the chance to overlap
      }
      seen = handled;
      inside.decrementAndGet();
    }
  }

  @Test
  void turns_manySenders_neverOverlap() throws Exception {
    try (group) {
      var agent = new Unlocked();
      AgentId to = start(group, "counter", agent);
      var threads = new ArrayList<Thread>();
      for (int t = 0; t < 4; t++) {
        Sender client = group.client("client-" + t);
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; i < 2_500; i++) {
                    try {
                      client.send(to, Payload.of(new Count(i)));
                    } catch (InterruptedException e) {
                      return;
                    }
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      await().atMost(LONG).until(() -> agent.seen == 10_000);
      assertThat(agent.overlapped).isFalse();
    }
  }

  @Test
  void turns_oneAgentWaits_othersGoOn() throws Exception {
    var gate = new Gate();
    try (group) {
      AgentId blocked = start(group, "blocked", gate);
      var listener = new Listener();
      AgentId free = start(group, "free", listener);
      Sender client = group.client("client");
      client.send(blocked, Payload.of(new Go()));
      Words.await(gate.begun);
      client.send(free, Payload.of(new Count(1)));
      await().atMost(LONG).until(() -> !listener.received.isEmpty());
      gate.open.countDown();
    }
  }

  @Test
  void turns_manyAgentsBlockWithoutSayingSo_othersGoOn() throws Exception {
    var gates = Stream.generate(Gate::new).limit(200).toList();
    try (group) {
      var made = gates.iterator();
      group.define(AgentType.of("gate", () -> made.next()));
      List<AgentId> blocked =
          IntStream.range(0, gates.size()).mapToObj(i -> Words.id("gate-" + i)).toList();
      group.startAll(blocked, "gate");
      var listener = new Listener();
      AgentId free = start(group, "free", listener);
      Sender client = group.client("client");
      for (AgentId id : blocked) {
        client.send(id, Payload.of(new Go()));
      }
      for (Gate gate : gates) {
        Words.await(gate.begun);
      }
      client.send(free, Payload.of(new Count(1)));
      await().atMost(LONG).until(() -> !listener.received.isEmpty());
      gates.forEach(gate -> gate.open.countDown());
    }
  }

  @Test
  void turns_floodedAgent_leavesRoomForItsNeighbours() throws Exception {
    var listener = new Listener();
    try (group) {
      AgentId echo =
          start(
              group, "echo", (message, context) -> context.send(context.self(), message.payload()));
      AgentId free = start(group, "free", listener);
      Sender client = group.client("client");
      for (int i = 0; i < 100; i++) {
        client.send(echo, Payload.of(new Count(i))); // goes round for ever
      }
      for (int i = 0; i < 100; i++) {
        client.send(free, Payload.of(new Count(i)));
      }
      await().atMost(LONG).until(() -> listener.received.size() == 100);
    }
  }

  @Test
  void turns_everyPermitSendsAndSends_thoseTheyWakeGoOn() throws Exception {
    int permits = Math.max(2, Runtime.getRuntime().availableProcessors());
    var handled = new AtomicInteger();
    var early = new AtomicInteger(); // senders that saw a receiver run during their own turn
    try (var wide = AgentGroup.builder(EXPERIMENT).mailboxCapacity(1_000_000).build()) {
      AgentId receiver = start(wide, "receiver", (message, context) -> handled.incrementAndGet());
      wide.define(
          AgentType.of(
              "sender",
              () ->
                  (message, context) -> {
                    for (int i = 0; i < 900_000 && handled.get() == 0; i++) {
                      context.send(receiver, message.payload());
                    }
                    early.addAndGet(handled.get() > 0 ? 1 : 0);
                  }));
      List<AgentId> senders =
          IntStream.range(0, permits).mapToObj(i -> Words.id("sender-" + i)).toList();
      wide.startAll(senders, "sender");
      Sender client = wide.client("client");
      for (AgentId sender : senders) {
        client.send(sender, Payload.of(new Go()));
      }
    }
    assertThat(early).hasValue(permits);
  }

  @Test
  void turn_interruptedWhileItLetsOthersGo_goesOn() throws Exception {
    var sent = new AtomicInteger();
    var handled = new AtomicInteger();
    try (var wide = AgentGroup.builder(EXPERIMENT).mailboxCapacity(1_000_000).build()) {
      AgentId receiver = start(wide, "receiver", (message, context) -> handled.incrementAndGet());
      AgentId sender =
          start(
              wide,
              "sender",
              (message, context) -> {
                Thread.currentThread().interrupt();
                for (int i = 0; i < 50_000; i++) {
                  context.send(receiver, message.payload());
                  sent.incrementAndGet();
                }
              });
      wide.client("client").send(sender, Payload.of(new Go()));
    }
    assertThat(sent).hasValue(50_000);
    assertThat(handled).hasValue(50_000);
  }

  @Test
  void turns_askInACircleOfMany_allAreAnswered() throws Exception {
    int length = 500; // far more waiting turns than permits
    try (group) {
      group.define(
          AgentType.perId(
              "link",
              id -> {
                int number = Integer.parseInt(id.value());
                return (message, context) ->
                    context.reply(
                        number == length
                            ? message.payload()
                            : context.ask(Words.id("" + (number + 1)), message.payload(), LONG));
              }));
      group.startAll(
          IntStream.rangeClosed(1, length).mapToObj(i -> Words.id("" + i)).toList(), "link");
      Payload reply = group.client("client").ask(Words.id("1"), Payload.of(new Count(7)), LONG);
      assertThat(reply.as(Count.class).number()).isEqualTo(7);
    }
  }

  @Test
  void turn_throws_agentAndNeighboursGoOn() throws Exception {
    try (group) {
      var listener = new Listener();
      AgentId neighbour = start(group, "neighbour", listener);
      var handled = new AtomicInteger();
      AgentId failing =
          start(
              group,
              "failing",
              (message, context) -> {
                if (handled.incrementAndGet() % 2 == 1) {
                  throw new StackOverflowError("on purpose");
                }
              });
      Sender client = group.client("client");
      for (int i = 0; i < 10; i++) {
        client.send(failing, Payload.of(new Count(i)));
        client.send(neighbour, Payload.of(new Count(i)));
      }
      await().atMost(LONG).until(() -> handled.get() == 10 && listener.received.size() == 10);
    }
  }

  @Test
  void turns_busyAgent_messagesStayInOrder() throws Exception {
    var listener = new Listener();
    try (group) {
      AgentId to = start(group, "listener", listener);
      Sender client = group.client("client");
      for (int i = 0; i < 5_000; i++) {
        client.send(to, Payload.of(new Count(i)));
      }
    }
    assertThat(listener.numbers()).isEqualTo(IntStream.range(0, 5_000).boxed().toList());
  }

  @Test
  void context_afterItsTurn_isRefused() throws Exception {
    var kept = new AtomicReference<AgentContext>();
    var elsewhere = new AtomicReference<Throwable>();
    var tried = new CountDownLatch(1);
    try (group) {
      AgentId agent =
          start(
              group,
              "agent",
              (message, context) -> {
                kept.set(context);
                var thread =
                    Thread.ofVirtual()
                        .start(() -> {
                          try {
                            context.reply(Payload.text("from elsewhere"));
                          } catch (IllegalStateException | InterruptedException e) {
                            elsewhere.set(e);
                          }
                        });
                thread.join();
                tried.countDown();
              });
      group.client("client").send(agent, Payload.of(new Go()));
      Words.await(tried);
    }
    assertThat(elsewhere.get())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("on the turn's thread only");
    assertThatThrownBy(() -> kept.get().reply(Payload.text("too late")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("valid during its turn");
  }

  @Test
  void random_sameSeed_sameNumbersPerAgent() throws Exception {
    List<Long> first = drawn(7);
    assertThat(drawn(7)).isEqualTo(first);
    assertThat(drawn(8)).isNotEqualTo(first);
    assertThat(first.get(0)).as("two agents draw differently").isNotEqualTo(first.get(1));
  }

  private static List<Long> drawn(long seed) throws InterruptedException {
    var drawn = new ArrayList<Long>();
    try (var seeded = AgentGroup.builder(EXPERIMENT).seed(seed).build()) {
      seeded.define(
          AgentType.of(
              "drawer",
              () ->
                  (message, context) ->
                      context.reply(Payload.text("" + context.random().nextLong()))));
      Sender client = seeded.client("client");
      for (String name : List.of("drawer-1", "drawer-2")) {
        seeded.start(Words.id(name), "drawer");
        Payload reply = client.ask(Words.id(name), Payload.of(new Go()), LONG);
        drawn.add(Long.valueOf(reply.as(Payload.Text.class).text()));
      }
    }
    return drawn;
  }

  @Test
  void start_badType_namesIt() {
    try (group) {
      assertThatThrownBy(() -> group.start(Words.id("a"), "ghost"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'ghost' is not defined");
    }
  }

  @Test
  void start_takenId_startsNoneOfThem() throws Exception {
    try (group) {
      AgentId taken = start(group, "taken", new Listener());
      group.define(AgentType.of("other", Listener::new));
      assertThatThrownBy(() -> group.startAll(List.of(Words.id("fresh"), taken), "other"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'taken' is taken");
      group.start(Words.id("fresh"), "other");
    }
  }

  @Test
  void define_twice_namesTheType() {
    try (group) {
      group.define(AgentType.of("scout", Listener::new));
      assertThatThrownBy(() -> group.define(AgentType.of("scout", Listener::new)))
          .hasMessageContaining("'scout' is defined already");
    }
  }
}
