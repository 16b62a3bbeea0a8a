package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.Agent;
import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.AskCycleException;
import dev.mama.Delivery;
import dev.mama.GroupClosedException;
import dev.mama.MailboxFullException;
import dev.mama.Payload;
import dev.mama.PayloadException;
import dev.mama.Sender;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.UnknownAgentException;
import dev.mama.runtime.Routing;
import dev.mama.spi.Envelope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes wrong has a name: a test for each line of the table in docs/guide/1-agents.md. */
class BadInputTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  record Note(String text) {}

  private final TestGroup group =
      TestGroup.on(
          SteppedMachine.seeded(11),
          options ->
              options
                  .mailboxCapacity(4)
                  .sendTimeout(Duration.ofSeconds(10))
                  .drainTimeout(Duration.ofSeconds(1)));
  private final Sender client = group.client("client");

  @AfterEach
  void close() {
    group.close();
  }

  private static Payload note(String text) {
    return Payload.of(new Note(text));
  }

  private AgentId echo() {
    return group.start("echo", (message, context) -> context.reply(message.payload()));
  }

  private AgentId supervised(Supervision supervision, Agent agent) {
    group.define(AgentType.of("supervised", () -> agent).supervised(supervision));
    return group.start("supervised", "supervised");
  }

  /** {@code null} behind the null checker's back, as a caller without one may give it. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  @Test
  void nullArgument_isRefusedAtTheCall_namingIt() {
    AgentId to = echo();
    assertThatNullPointerException()
        .isThrownBy(() -> client.send(nothing(), note("a")))
        .withMessage("to");
    assertThatNullPointerException()
        .isThrownBy(() -> client.send(to, nothing()))
        .withMessage("payload");
    assertThatNullPointerException()
        .isThrownBy(() -> client.trySend(to, nothing()))
        .withMessage("payload");
    assertThatNullPointerException()
        .isThrownBy(() -> client.ask(to, nothing(), MINUTE))
        .withMessage("payload");
    assertThatNullPointerException().isThrownBy(() -> Payload.of(nothing())).withMessage("value");
    group.settle();
    assertThat(group).hasNoErrors().agent("echo").receivedNothing();
  }

  @Test
  void unknownAgent_isNamed() {
    AgentId ghost = AgentId.of("ghost");
    assertThatThrownBy(() -> client.send(ghost, note("a")))
        .isInstanceOf(UnknownAgentException.class)
        .hasMessageContaining("'ghost'");
    assertThatThrownBy(() -> client.ask(ghost, note("a"), MINUTE))
        .isInstanceOf(UnknownAgentException.class);
    assertThat(client.trySend(ghost, note("a"))).isInstanceOf(Delivery.Refused.class);
  }

  @Test
  void closedGroup_acceptsNothing() {
    AgentId to = echo();
    group.close();
    assertThatThrownBy(() -> client.send(to, note("a")))
        .isInstanceOf(GroupClosedException.class)
        .hasMessageContaining("has been closed");
    assertThat(group).agent("echo").receivedNothing();
  }

  @Test
  void fullMailbox_isRefusedAfterTheSendTimeout() throws Exception {
    AgentId slow =
        group.start("slow", (message, context) -> context.time().sleep(Duration.ofHours(1)));
    for (int i = 0; i < 5; i++) { // one in hand, four waiting
      client.send(slow, note("" + i));
    }
    long before = group.time().nanos();
    assertThatThrownBy(() -> client.send(slow, note("one too many")))
        .isInstanceOf(MailboxFullException.class)
        .hasMessageContaining("'slow' stayed full (4 messages) for PT10S");
    assertThat(group.time().nanos() - before).isEqualTo(Duration.ofSeconds(10).toNanos());
    group.settle();
    assertThat(group).agent("slow").received(5);
  }

  @Test
  void payloadOverTheLimit_isRefused_andTheLineGoesOn() throws Exception {
    var machine = SteppedMachine.seeded(11);
    try (var wire = UnrulyTransport.open(machine.time(), 1, UnrulyTransport.Faults.NONE);
        var wired =
            TestGroup.on(
                machine, options -> options.transport(limited(wire)).routing(Routing.BROKER))) {
      AgentId to = wired.start("reader", (message, context) -> {});
      Sender sender = wired.client("sender");
      sender.send(to, note("short"));
      assertThatThrownBy(() -> sender.send(to, note("x".repeat(2_000))))
          .isInstanceOf(PayloadException.class)
          .hasMessageContaining("over 1,000");
      sender.send(to, note("short again"));
      wired.settle();
      assertThat(wired)
          .hasNoErrors()
          .agent("reader")
          .received(new Note("short"), new Note("short again"));
    }
  }

  private static Relay limited(UnrulyTransport wire) {
    return new Relay(wire) {
      @Override
      public void send(Envelope envelope) throws InterruptedException {
        int bytes = envelope.message().payload().json().length;
        if (bytes > 1_000) {
          throw new PayloadException("payload of %,d bytes is over 1,000".formatted(bytes));
        }
        super.send(envelope);
      }
    };
  }

  @Test
  void payloadOfAnotherType_failsTheTurn_namingBoth() {
    AgentId to = group.start("reader", (message, context) -> message.payload().as(Note.class));
    assertThatThrownBy(() -> client.ask(to, Payload.text("no note"), MINUTE))
        .isInstanceOf(AgentFailedException.class)
        .hasMessageContaining("'Text', not a 'Note'");
  }

  @Test
  void agentThatThrows_isTriedAgain_thenTheMessageIsDeadWithItsCause() {
    AgentId to =
        supervised(
            Supervision.of(Reaction.RESTART).withTries(3),
            (message, context) -> {
              throw new StackOverflowError("on purpose");
            });
    assertThatThrownBy(() -> client.ask(to, note("poison"), MINUTE))
        .isInstanceOf(AgentFailedException.class)
        .hasMessageContaining("StackOverflowError: on purpose");
    assertThat(group).hasError("try 3 of 3").agent("supervised").received(3);
  }

  @Test
  void agentThatBlocksForEver_isReportedWithItsStack_interrupted_neighboursGoOn() throws Exception {
    var never = new CountDownLatch(1);
    AgentId stuck =
        supervised(
            Supervision.of(Reaction.RESUME).withTurnLimit(MINUTE).cancellingOverdue(),
            (message, context) -> never.await());
    AgentId neighbour = echo();
    client.send(stuck, note("wait"));
    client.send(stuck, note("wait again"));
    client.ask(neighbour, note("still there?"), MINUTE);
    group.advance(Duration.ofMinutes(3));
    assertThat(group)
        .hasError("turn lasts longer than PT1M, interrupted")
        .hasError("CountDownLatch.await")
        .agent("supervised")
        .received(2)
        .failedWith("InterruptedException");
  }

  @Test
  void agentThatFloods_waitsForRoom_neighboursGoOn() throws Exception {
    AgentId slow =
        group.start("slow", (message, context) -> context.time().sleep(Duration.ofSeconds(1)));
    AgentId flooder =
        group.start(
            "flooder",
            (message, context) -> {
              for (int i = 0; i < 50; i++) { // its turn stays within its limit
                context.send(slow, note("flood " + i));
              }
            });
    AgentId neighbour = echo();
    client.send(flooder, note("go"));
    for (int i = 0; i < 8; i++) {
      long before = group.time().nanos();
      client.ask(neighbour, note("there?"), MINUTE);
      assertThat(group.time().nanos() - before).as("the neighbour's time").isZero();
      group.advance(Duration.ofSeconds(5));
      var sent = group.events().stream().filter(e -> e.toString().contains("flood ")).count();
      var done = group.handled().stream().filter(t -> t.toString().contains("slow <-")).count();
      assertThat(sent - done).as("what waits at the slow one").isBetween(0L, 6L);
    }
    group.settle();
    assertThat(group).hasNoErrors().agent("slow").received(50);
  }

  @Test
  void agentThatCallsItself_isRefusedAtOnce_directlyOrNot() {
    AgentId self =
        group.start(
            "self",
            (message, context) ->
                context.reply(context.ask(context.self(), message.payload(), MINUTE)));
    AgentId ping =
        group.start(
            "ping",
            (message, context) ->
                context.reply(context.ask(AgentId.of("pong"), message.payload(), MINUTE)));
    group.start(
        "pong", (message, context) -> context.reply(context.ask(ping, message.payload(), MINUTE)));
    for (AgentId id : Arrays.asList(self, ping)) {
      assertThatThrownBy(() -> client.ask(id, note("?"), MINUTE))
          .isInstanceOf(AgentFailedException.class)
          .hasMessageContaining(AskCycleException.class.getSimpleName())
          .hasMessageContaining(id + " -> ");
    }
    assertThat(group.time().nanos()).as("nobody has waited").isZero();
  }

  @Test
  void agentThatSendsItselfMoreThanItsMailboxHolds_endsAtTheSendTimeout() throws Exception {
    AgentId self =
        group.start(
            "self",
            (message, context) -> {
              if (message.payload().as(Note.class).text().equals("go")) {
                for (int i = 0; i < 5; i++) {
                  context.send(context.self(), note("" + i));
                }
              }
            });
    client.send(self, note("go"));
    group.settle();
    assertThat(group)
        .agent("self")
        .failedWith("mailbox of agent 'self' stayed full (4 messages) for PT10S")
        .received(5);
  }

  @Test
  void table_inTheGuide_namesEachOfTheseTests() throws Exception {
    String guide = Files.readString(Path.of("../docs/guide/1-agents.md"));
    for (var method : BadInputTest.class.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Test.class) && !method.getName().startsWith("table_")) {
        assertThat(guide).contains("`" + method.getName() + "`");
      }
    }
  }
}
