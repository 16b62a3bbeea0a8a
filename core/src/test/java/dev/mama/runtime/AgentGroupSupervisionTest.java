package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.LONG;
import static dev.mama.runtime.Words.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Event;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.UnknownAgentException;
import dev.mama.runtime.Words.Count;
import dev.mama.runtime.Words.Go;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AgentGroupSupervisionTest {

  private static final Supervision QUICK =
      Supervision.of(Reaction.RESTART).withBackOff(Duration.ofMillis(5));

  private final InMemoryEventLog log = new InMemoryEventLog();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<Integer> handled = new CopyOnWriteArrayList<>();
  private final AtomicInteger made = new AtomicInteger();
  private final AtomicReference<String> escalated = new AtomicReference<>("");
  private final AgentGroup group =
      AgentGroup.builder(EXPERIMENT)
          .eventLog(log)
          .meters(meters)
          .drainTimeout(Duration.ofSeconds(2))
          .escalation((agent, cause) -> escalated.set(agent + ": " + cause.getMessage()))
          .build();

  /**
   * Fails on 13 as often as it is told, counted over all instances; replies to what is greater than
   * 14.
   */
  private final class Superstitious implements Agent {
    private static final AtomicInteger NEVER = new AtomicInteger(Integer.MAX_VALUE);
    private final AtomicInteger failuresLeft;

    Superstitious(AtomicInteger failuresLeft) {
      this.failuresLeft = failuresLeft;
      made.incrementAndGet();
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws InterruptedException {
      int number = message.payload().as(Count.class).number();
      if (number == 13 && failuresLeft.getAndDecrement() > 0) {
        throw new IllegalStateException("unlucky");
      }
      handled.add(number);
      if (number > 14) {
        context.reply(message.payload());
      }
    }
  }

  private AgentId start(Supervision supervision, AtomicInteger failures) throws Exception {
    group.define(
        AgentType.of("superstitious", () -> new Superstitious(failures)).supervised(supervision));
    group.start(id("agent"), "superstitious");
    return id("agent");
  }

  private List<String> errors() {
    var errors = new CopyOnWriteArrayList<String>();
    log.read(
        EXPERIMENT,
        event -> {
          if (event instanceof Event.ErrorRaised error) {
            errors.add(error.detail());
          }
        });
    return errors;
  }

  @Test
  void failing_triedAgainByANewInstance_laterMessagesWait() throws Exception {
    try (group) {
      AgentId agent = start(QUICK.withTries(4), new AtomicInteger(3));
      Sender client = group.client("client");
      client.send(agent, Payload.of(new Count(13)));
      client.send(agent, Payload.of(new Count(14)));
      client.ask(agent, Payload.of(new Count(15)), LONG);
      assertThat(handled).containsExactly(13, 14, 15);
      assertThat(made).as("the first and three anew").hasValue(4);
      assertThat(meters.counter("mama.agents.restarted").count()).isEqualTo(3);
    }
    assertThat(errors()).hasSize(3).anySatisfy(e -> assertThat(e).contains("(try 3 of 4)"));
  }

  @Test
  void failing_afterTheLastTry_isDeadWithItsCause_andTheLineMovesOn() throws Exception {
    try (group) {
      AgentId agent = start(QUICK.withTries(3), Superstitious.NEVER);
      Sender client = group.client("client");
      assertThatThrownBy(() -> client.ask(agent, Payload.of(new Count(13)), LONG))
          .isInstanceOf(AgentFailedException.class)
          .hasMessageContaining("unlucky");
      client.ask(agent, Payload.of(new Count(15)), LONG);
      assertThat(handled).containsExactly(15);
      assertThat(meters.counter("mama.messages.dead").count()).isEqualTo(1);
    }
    assertThat(errors()).anySatisfy(e -> assertThat(e).contains("try 3 of 3").contains("unlucky"));
  }

  @Test
  void failing_stop_buriesWhatWaitsAndIsGone() throws Exception {
    try (group) {
      AgentId agent = start(Supervision.of(Reaction.STOP), Superstitious.NEVER);
      Sender client = group.client("client");
      assertThatThrownBy(() -> client.ask(agent, Payload.of(new Count(13)), LONG))
          .isInstanceOf(AgentFailedException.class);
      assertThatThrownBy(() -> client.ask(agent, Payload.of(new Count(14)), LONG))
          .isInstanceOf(UnknownAgentException.class);
      assertThat(escalated.get()).isEmpty();
      group.start(agent, "superstitious");
      client.ask(agent, Payload.of(new Count(15)), LONG);
    }
    assertThat(handled).containsExactly(15);
  }

  @Test
  void failing_stop_tellsAnAskerAcrossTheWire() throws Exception {
    try (group;
        var transport = InMemoryTransport.open();
        var wired =
            AgentGroup.builder(EXPERIMENT).transport(transport).routing(Routing.BROKER).build()) {
      wired.define(
          AgentType.of("superstitious", () -> new Superstitious(Superstitious.NEVER))
              .supervised(Supervision.of(Reaction.STOP)));
      wired.start(id("agent"), "superstitious");
      Sender client = wired.client("client");
      assertThatThrownBy(() -> client.ask(id("agent"), Payload.of(new Count(13)), LONG))
          .isInstanceOf(AgentFailedException.class)
          .hasMessageContaining("unlucky");
    }
  }

  @Test
  void failing_escalate_tellsTheGroupsEscalation() throws Exception {
    try (group) {
      AgentId agent = start(Supervision.of(Reaction.ESCALATE), Superstitious.NEVER);
      group.client("client").send(agent, Payload.of(new Count(13)));
      await().atMost(LONG).until(() -> escalated.get().equals("agent: unlucky"));
    }
  }

  @Test
  void closing_duringAPause_endsItAndBuriesTheMessage() throws Exception {
    try (group) {
      AgentId agent =
          start(QUICK.withTries(9).withBackOff(Duration.ofMinutes(1)), Superstitious.NEVER);
      group.client("client").send(agent, Payload.of(new Count(13)));
      await().atMost(LONG).until(() -> !errors().isEmpty());
    }
    assertThat(errors()).anySatisfy(e -> assertThat(e).contains("was stopped before it was"));
  }

  @Test
  void overdue_turn_isReportedWithItsStackAndInterrupted() throws Exception {
    var interrupted = new CountDownLatch(1);
    try (group) {
      group.define(
          AgentType.of(
                  "sleeper",
                  () ->
                      (message, context) -> {
                        try {
                          new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                          interrupted.countDown();
                          throw e;
                        }
                      })
              .supervised(
                  Supervision.of(Reaction.RESUME)
                      .withTurnLimit(Duration.ofMillis(50))
                      .cancellingOverdue()));
      group.start(id("sleeper"), "sleeper");
      group.client("client").send(id("sleeper"), Payload.of(new Go()));
      Words.await(interrupted);
    }
    assertThat(meters.counter("mama.turns.overdue").count()).isEqualTo(1);
    assertThat(errors())
        .anySatisfy(e ->
            assertThat(e)
                .contains("turn lasts longer than PT0.05S, interrupted")
                .contains("CountDownLatch.await"));
  }

  @Test
  void supervision_outOfRange_namesTheValue() {
    assertThatThrownBy(() -> QUICK.withTries(0)).hasMessageContaining("tries 0 must be 1 to 1,000");
    assertThatThrownBy(() -> QUICK.withTurnLimit(Duration.ZERO)).hasMessageContaining("turnLimit");
    assertThat(Supervision.of(Reaction.RESTART).pauseAfter(3)).isEqualTo(Duration.ofMillis(400));
    assertThat(QUICK.pauseAfter(1_000)).isEqualTo(Duration.ofMinutes(1));
  }
}
