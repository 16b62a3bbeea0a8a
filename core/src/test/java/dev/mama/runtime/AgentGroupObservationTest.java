package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.LONG;
import static dev.mama.runtime.Words.id;
import static dev.mama.runtime.Words.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.TooManyTurnsException;
import dev.mama.runtime.Words.Count;
import dev.mama.runtime.Words.Gate;
import dev.mama.runtime.Words.Go;
import dev.mama.runtime.Words.Listener;
import io.micrometer.common.KeyValue;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AgentGroupObservationTest {

  @Test
  void inspect_saysWhoWaitsAndWhere() throws Exception {
    var gate = new Gate();
    try (var group = AgentGroup.builder(EXPERIMENT).name("looked-at").build()) {
      AgentId held = start(group, "held", gate);
      start(group, "idle", new Listener());
      Sender client = group.client("client");
      for (int i = 0; i < 3; i++) {
        client.send(held, Payload.of(new Go()));
      }
      Words.await(gate.begun);
      Inspection seen = group.inspect();
      assertThat(seen.agents()).isEqualTo(2);
      assertThat(seen.unfinished()).isEqualTo(3);
      assertThat(seen.longest()).containsExactly(new Inspection.Line(held, "held", 3));
      assertThat(seen.turns())
          .singleElement()
          .satisfies(turn -> assertThat(turn.agent()).isEqualTo(held));
      assertThat(seen.toString())
          .contains("group 'looked-at': 2 agents", "3 messages  held (held)", "turn of held");
      gate.open.countDown();
      await().atMost(LONG).until(() -> group.inspect().unfinished() == 0);
    }
  }

  @Test
  void meters_haveWaitsTimesAndDepthsOfSome() throws Exception {
    var meters = new SimpleMeterRegistry();
    try (var group = AgentGroup.builder(EXPERIMENT).meters(meters).build()) {
      AgentId agent = start(group, "agent", (message, context) -> {});
      Sender client = group.client("client");
      for (int i = 0; i < 6_400; i++) {
        client.send(agent, Payload.of(new Count(i)));
      }
    }
    assertThat(meters.get("mama.messages.sent").functionCounter().count()).isEqualTo(6_400);
    assertThat(meters.get("mama.turns").functionCounter().count()).isEqualTo(6_400);
    assertThat(meters.get("mama.mailbox.wait").timer().count()).isEqualTo(100);
    assertThat(meters.get("mama.turn.time").timer().count()).isEqualTo(100);
    assertThat(meters.get("mama.mailbox.depth").summary().max()).isBetween(1.0, 257.0);
  }

  @Test
  void observations_areMadeOfSomeTurns_andKnowTheFailure() throws Exception {
    Queue<Observation.Context> seen = new ConcurrentLinkedQueue<>();
    var registry = ObservationRegistry.create();
    registry
        .observationConfig()
        .observationHandler(
            new ObservationHandler<>() {
              @Override
              public void onStop(Observation.Context context) {
                seen.add(context);
              }

              @Override
              public boolean supportsContext(Observation.Context context) {
                return true;
              }
            });
    try (var group = AgentGroup.builder(EXPERIMENT).observations(registry).build()) {
      AgentId agent =
          start(
              group,
              "failing",
              (message, context) -> {
                throw new IllegalStateException("on purpose");
              });
      Sender client = group.client("client");
      for (int i = 0; i < 128; i++) {
        client.send(agent, Payload.of(new Count(i)));
      }
    }
    assertThat(seen)
        .hasSize(2)
        .allSatisfy(context -> {
          assertThat(context.getName()).isEqualTo("mama.turn");
          assertThat(context.getLowCardinalityKeyValue("agent.type"))
              .isEqualTo(KeyValue.of("agent.type", "failing"));
          assertThat(context.getError()).hasMessage("on purpose");
        });
  }

  @Test
  void waitingTurns_oneMore_isRefusedByName_andTheOthersGoOn() throws Exception {
    var gate = new Gate();
    var refused = new AtomicReference<TooManyTurnsException>();
    var told = new CountDownLatch(1);
    try (var group = AgentGroup.builder(EXPERIMENT).waitingTurns(2).build()) {
      AgentId slow = start(group, "slow", gate);
      group.define(
          AgentType.of(
              "asker",
              () ->
                  (message, context) -> {
                    try {
                      context.ask(slow, message.payload(), LONG);
                    } catch (TooManyTurnsException e) {
                      refused.set(e);
                      told.countDown();
                    }
                  }));
      Sender client = group.client("client");
      client.send(slow, Payload.of(new Go()));
      Words.await(gate.begun); // waits, without saying so: found by the watch, if it is needed
      for (int i = 0; i < 3; i++) {
        group.start(id("asker-" + i), "asker");
        client.send(id("asker-" + i), Payload.of(new Go()));
      }
      Words.await(told);
      assertThat(refused.get().limit()).isEqualTo(2);
      assertThat(refused.get())
          .hasMessageContaining("2 turns")
          .hasMessageContaining("waitingTurns");
      gate.open.countDown();
    }
  }

  @Test
  void waitingTurns_outOfRange_namesTheLimit() {
    assertThatThrownBy(() -> AgentGroup.builder(EXPERIMENT).waitingTurns(0).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("waitingTurns 0 must be 1 to 10,000,000");
  }
}
