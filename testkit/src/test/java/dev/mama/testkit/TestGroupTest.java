package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.AskTimeoutException;
import dev.mama.ChatRequest;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.journal.Grade;
import dev.mama.runtime.Durability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestGroupTest {

  private static final Duration HOUR = Duration.ofHours(1);

  record Token(int number, int hops) {}

  record Note(String text) {}

  /** Passes tokens on to agents drawn at random, waits now and then, fails now and then. */
  private static Agent wanderer(int agents) {
    return (message, context) -> {
      Token token = message.payload().as(Token.class);
      if (context.random().nextInt(4) == 0) {
        context.time().sleep(Duration.ofMillis(context.random().nextInt(50)));
      }
      if (context.random().nextInt(10) == 0) {
        throw new IllegalStateException("token " + token.number() + " was dropped");
      }
      if (token.hops() > 0) {
        context.send(
            AgentId.of("agent-" + context.random().nextInt(agents)),
            Payload.of(new Token(token.number(), token.hops() - 1)));
      }
    };
  }

  private static List<String> wander(long seed) throws Exception {
    try (var group = TestGroup.seeded(seed)) {
      group.define(
          AgentType.of("wanderer", () -> wanderer(8))
              .supervised(Supervision.of(Reaction.RESTART).withTries(3)));
      for (int i = 0; i < 8; i++) {
        group.start("agent-" + i, "wanderer");
      }
      Sender client = group.client("client");
      for (int i = 0; i < 20; i++) {
        client.send(AgentId.of("agent-" + i % 8), Payload.of(new Token(i, 10)));
      }
      group.settle();
      var run = new ArrayList<>(group.handled().stream().map(Object::toString).toList());
      run.addAll(group.errors());
      group.events().forEach(event -> run.add(event.at() + " " + event.getClass().getSimpleName()));
      return run;
    }
  }

  @Test
  void sameSeed_sameRun_toTheLastEventAndNanosecond() throws Exception {
    List<String> first = wander(7);
    assertThat(first).hasSizeGreaterThan(300).anySatisfy(t -> assertThat(t).contains("failed"));
    for (int again = 0; again < 3; again++) {
      assertThat(wander(7)).isEqualTo(first);
    }
  }

  /** Ten agents, one message each, whose only difference is who comes first. */
  private static List<String> race(long seed) throws Exception {
    try (var group = TestGroup.seeded(seed)) {
      group.define(AgentType.of("runner", () -> (message, context) -> {}));
      group.define(
          AgentType.of(
              "starter",
              () ->
                  (message, context) -> {
                    for (int i = 0; i < 10; i++) {
                      context.send(AgentId.of("runner-" + i), Payload.of(new Note("run")));
                    }
                  }));
      for (int i = 0; i < 10; i++) {
        group.start("runner-" + i, "runner");
      }
      group.start("starter", "starter");
      group.client("client").send(AgentId.of("starter"), Payload.of(new Note("go")));
      group.settle();
      return group.handled().stream().map(turn -> turn.message().to().value()).toList();
    }
  }

  @Test
  void otherSeeds_otherInterleavings() throws Exception {
    Set<List<String>> orders = new HashSet<>();
    for (long seed = 1; seed <= 20; seed++) {
      orders.add(race(seed));
    }
    assertThat(orders).as("orders of ten runners under 20 seeds").hasSizeGreaterThan(15);
  }

  @Test
  void turns_raceWithoutLock_someSeedFindsTheLostUpdate() throws Exception {
    int wrong = 0;
    for (long seed = 1; seed <= 20; seed++) {
      int[] shared = {0};
      try (var group = TestGroup.seeded(seed)) {
        Agent racy =
            (message, context) -> {
              int read = shared[0]; // two agents, one counter, no lock: a bug
              context.time().sleep(Duration.ofMillis(context.random().nextInt(3)));
              shared[0] = read + 1;
            };
        group.start("left", racy);
        group.start("right", racy);
        Sender client = group.client("client");
        client.send(AgentId.of("left"), Payload.of(new Note("add")));
        client.send(AgentId.of("right"), Payload.of(new Note("add")));
        group.settle();
      }
      wrong += shared[0] == 2 ? 0 : 1;
    }
    assertThat(wrong).as("seeds of 20 that find it").isBetween(1, 19);
  }

  @Test
  void time_hoursPassInNoTime_eachThingAtItsMoment() throws Exception {
    try (var group = TestGroup.seeded(1)) {
      group.start(
          "clock",
          (message, context) -> {
            if (message.payload().as(Note.class).text().equals("start")) {
              context.scheduleEvery(HOUR, Payload.of(new Note("tick")));
            }
          });
      group.client("client").send(AgentId.of("clock"), Payload.of(new Note("start")));
      group.settle();
      group.advance(Duration.ofHours(3));
      assertThat(group)
          .agent("clock")
          .received(new Note("start"), new Note("tick"), new Note("tick"), new Note("tick"));
      assertThat(group.handled().getLast().after()).isEqualTo(Duration.ofHours(3));
      assertThat(group.time().now()).isEqualTo(ManualTime.START.plus(HOUR.multipliedBy(3)));
    }
  }

  @Test
  void ask_noReplyInTime_endsByTheClock() throws Exception {
    try (var group = TestGroup.seeded(1)) {
      group.start("slow", (message, context) -> context.time().sleep(HOUR.multipliedBy(2)));
      Sender client = group.client("client");
      assertThatThrownBy(() -> client.ask(AgentId.of("slow"), Payload.of(new Note("?")), HOUR))
          .isInstanceOf(AskTimeoutException.class);
      assertThat(group.time().nanos()).isEqualTo(HOUR.toNanos());
    }
  }

  @Test
  void failing_isTriedAgain_withDoublingPauses() throws Exception {
    try (var group = TestGroup.seeded(1)) {
      group.define(
          AgentType.of(
                  "poisoned",
                  () ->
                      (message, context) -> {
                        throw new IllegalStateException("bitter");
                      })
              .supervised(
                  Supervision.of(Reaction.RESTART)
                      .withTries(4)
                      .withBackOff(Duration.ofSeconds(1))));
      group.start("poisoned", "poisoned");
      Sender client = group.client("client");
      assertThatThrownBy(
              () -> client.ask(AgentId.of("poisoned"), Payload.of(new Note("eat")), HOUR))
          .isInstanceOf(AgentFailedException.class);
      assertThat(group)
          .hasError("try 4 of 4")
          .agent("poisoned")
          .received(4)
          .failedWith("bitter")
          .and()
          .agent("client")
          .receivedNothing();
      assertThat(group.handled())
          .extracting(turn -> turn.after().toSeconds())
          .containsExactly(0L, 1L, 3L, 7L);
    }
  }

  @Test
  void manyAgents_askEachOtherAndWait_allAnswered() throws Exception {
    try (var group = TestGroup.seeded(3)) {
      group.define(
          AgentType.perId(
              "link",
              id -> {
                int number = Integer.parseInt(id.value());
                return (message, context) ->
                    context.reply(
                        number == 100
                            ? message.payload()
                            : context.ask(AgentId.of("" + (number + 1)), message.payload(), HOUR));
              }));
      IntStream.rangeClosed(1, 100).forEach(i -> group.start("" + i, "link"));
      Payload reply = group.client("client").ask(AgentId.of("1"), Payload.text("hi"), HOUR);
      assertThat(reply.as(Payload.Text.class).text()).isEqualTo("hi");
      assertThat(group).hasNoErrors().agent("50").sent("51", new Payload.Text("hi"));
    }
  }

  @Test
  void waits_thatTheContextDoesNotKnow_areDrivenToo() throws Exception {
    var door = new Semaphore(0);
    try (var group = TestGroup.seeded(3)) {
      for (int i = 0; i < 100; i++) { // more than may run at once
        group.start("guest-" + i, (message, context) -> door.acquire());
      }
      group.start("porter", (message, context) -> door.release(100));
      group.start("sleeper", (message, context) -> Thread.sleep(5));
      Sender client = group.client("client");
      for (int i = 0; i < 100; i++) {
        client.send(AgentId.of("guest-" + i), Payload.of(new Note("in")));
      }
      client.send(AgentId.of("sleeper"), Payload.of(new Note("sleep")));
      client.send(AgentId.of("porter"), Payload.of(new Note("open")));
      group.settle();
      assertThat(group.handled()).hasSize(102);
    }
  }

  @Test
  void compute_andChat_areDrivenToo() throws Exception {
    var machine = SteppedMachine.seeded(5);
    var model =
        new ScriptedChatModel(
            request -> "echo " + request.messages().getLast().content(), machine.time(), HOUR);
    try (var group = TestGroup.on(machine, options -> options.chatModel(model))) {
      group.start(
          "thinker",
          (message, context) -> {
            int sum = context.compute(() -> IntStream.rangeClosed(1, 100).sum());
            context.reply(Payload.text(context.chat(ChatRequest.of("sum " + sum)).text()));
          });
      Payload answer =
          group.client("c").ask(AgentId.of("thinker"), Payload.text("?"), HOUR.multipliedBy(2));
      assertThat(answer.as(Payload.Text.class).text()).isEqualTo("echo sum 5050");
      assertThat(group.time().nanos()).isEqualTo(HOUR.toNanos());
    }
  }

  @Test
  void settle_agentThatWaitsForEver_saysWhereItWaits() throws Exception {
    var never = new CountDownLatch(1);
    try (var group =
        TestGroup.on(
            SteppedMachine.seeded(1), options -> options.drainTimeout(Duration.ofSeconds(1)))) {
      group.start("stuck", (message, context) -> never.await());
      group.client("client").send(AgentId.of("stuck"), Payload.of(new Note("wait")));
      assertThatThrownBy(group::settle)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("not done after PT48H")
          .hasMessageContaining("CountDownLatch.await");
    }
  }

  @Test
  void assertions_fail_whenTheyShould() throws Exception {
    try (var group = TestGroup.seeded(1)) {
      group.start("echo", (message, context) -> context.reply(message.payload()));
      group.client("client").ask(AgentId.of("echo"), Payload.of(new Note("a")), HOUR);
      var agent = assertThat(group).agent("echo");
      assertThatThrownBy(() -> agent.received(new Note("b")))
          .hasMessageContaining("what 'echo' received")
          .hasMessageContaining("Note{\"text\":\"b\"}");
      assertThatThrownBy(agent::receivedNothing).isInstanceOf(AssertionError.class);
      assertThatThrownBy(() -> agent.received(2)).isInstanceOf(AssertionError.class);
      assertThatThrownBy(() -> agent.receivedAmongOthers(new Note("b")))
          .isInstanceOf(AssertionError.class);
      assertThatThrownBy(() -> agent.sent("client")).isInstanceOf(AssertionError.class);
      assertThatThrownBy(() -> agent.failedWith("")).isInstanceOf(AssertionError.class);
      assertThatThrownBy(() -> assertThat(group).hasError("")).isInstanceOf(AssertionError.class);
      assertThatThrownBy(() -> assertThat(group).went(List.of()))
          .isInstanceOf(AssertionError.class);
      agent.sent("client", new Note("a")).and().hasNoErrors();
    }
  }

  @Test
  void machine_drivenFromWithin_isRefused() throws Exception {
    try (var group = TestGroup.seeded(1)) {
      group.start("meddler", (message, context) -> group.settle());
      Sender client = group.client("client");
      assertThatThrownBy(() -> client.ask(AgentId.of("meddler"), Payload.text("?"), HOUR))
          .isInstanceOf(AgentFailedException.class)
          .hasMessageContaining("driven by the test's own thread");
    }
  }

  record Sum(int sum) {}

  /** Adds up how many hops the tokens had, and fails on the first of each run. */
  private static final class Adder implements DurableAgent<Sum> {
    private int sum;

    @Override
    public Sum state() {
      return new Sum(sum);
    }

    @Override
    public void restore(Sum state) {
      sum = state.sum();
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      if (message.payload().type().equals("Note")) {
        context.reply(Payload.of(state()));
        return;
      }
      Token token = message.payload().as(Token.class);
      sum += token.hops();
      if (token.number() == 0) {
        throw new IllegalStateException("the first one");
      }
    }
  }

  @Test
  void durableAgents_areKept(@TempDir Path folder) throws Exception {
    AgentId adder = AgentId.of("adder");
    for (int run = 1; run <= 2; run++) {
      try (var group =
          TestGroup.on(
              SteppedMachine.seeded(run),
              options -> options.durable(Durability.in(folder).grade(Grade.MEMORY)))) {
        group.define(AgentType.durable("adder", Sum.class, Adder::new));
        if (group.group().resume().agents() == 0) {
          group.start("adder", "adder");
        }
        Sender client = group.client("client");
        for (int number = 0; number < 3; number++) {
          client.send(adder, Payload.of(new Token(number, 10)));
        }
        Payload sum = client.ask(adder, Payload.of(new Note("?")), HOUR);
        assertThat(sum.as(Sum.class).sum()).isEqualTo(20 * run);
        assertThat(group.handled()).hasSize(4);
      }
    }
  }
}
