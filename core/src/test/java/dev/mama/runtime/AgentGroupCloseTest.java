package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.LONG;
import static dev.mama.runtime.Words.id;
import static dev.mama.runtime.Words.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.Event;
import dev.mama.GroupClosedException;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Trace;
import dev.mama.runtime.Words.Count;
import dev.mama.runtime.Words.Go;
import dev.mama.runtime.Words.Listener;
import dev.mama.spi.Envelope;
import dev.mama.spi.Envelope.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AgentGroupCloseTest {

  @ParameterizedTest
  @EnumSource
  void close_messagesUnderWay_finishesThemAndWhatTheyBringAbout(Routing routing) throws Exception {
    var listener = new Listener();
    try (var transport = InMemoryTransport.open()) {
      try (var group =
          AgentGroup.builder(EXPERIMENT)
              .transport(transport)
              .routing(routing)
              .mailboxCapacity(5_000)
              .build()) {
        AgentId last = start(group, "last", listener);
        AgentId first =
            start(group, "first", (message, context) -> context.send(last, message.payload()));
        Sender client = group.client("client");
        for (int i = 0; i < 2_000; i++) {
          client.send(first, Payload.of(new Count(i)));
        }
      }
    }
    assertThat(listener.received).hasSize(2_000);
  }

  @Test
  void close_longLine_allOfItIsRecordedAsDead() throws Exception {
    var log = new InMemoryEventLog();
    var begun = new CountDownLatch(1);
    int waiting = 200; // more than one activation handles
    try (var group =
        AgentGroup.builder(EXPERIMENT).eventLog(log).drainTimeout(Duration.ofMillis(50)).build()) {
      AgentId stuck =
          start(
              group,
              "stuck",
              (message, context) -> {
                begun.countDown();
                new CountDownLatch(1).await();
              });
      Sender client = group.client("client");
      for (int i = 0; i <= waiting; i++) {
        client.send(stuck, Payload.of(new Go()));
      }
      Words.await(begun);
    }
    var dead = new AtomicInteger();
    log.read(
        EXPERIMENT,
        event -> {
          if (event instanceof Event.ErrorRaised error && error.detail().contains("is dead")) {
            dead.incrementAndGet();
          }
        });
    assertThat(dead).hasValue(waiting);
  }

  @Test
  void close_turnThatNeverEnds_isInterruptedAndWhatWaitsIsRecordedAsDead() throws Exception {
    var log = new InMemoryEventLog();
    var begun = new CountDownLatch(1);
    var interrupted = new AtomicBoolean();
    try (var group =
        AgentGroup.builder(EXPERIMENT).eventLog(log).drainTimeout(Duration.ofMillis(200)).build()) {
      AgentId stuck =
          start(
              group,
              "stuck",
              (message, context) -> {
                begun.countDown();
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  interrupted.set(true);
                  throw e;
                }
              });
      Sender client = group.client("client");
      client.send(stuck, Payload.of(new Go()));
      client.send(stuck, Payload.of(new Go()));
      Words.await(begun);
    }
    assertThat(interrupted).isTrue();
    var details = new ArrayList<String>();
    log.read(
        EXPERIMENT,
        event -> {
          if (event instanceof Event.ErrorRaised error) {
            details.add(error.detail());
          }
        });
    assertThat(details)
        .anySatisfy(d -> assertThat(d).contains("was stopped before it was handled"))
        .anySatisfy(d -> assertThat(d).contains("InterruptedException"));
  }

  @Test
  void closed_everythingIsRefused() throws Exception {
    var group = AgentGroup.builder(EXPERIMENT).name("evening").build();
    AgentId agent = start(group, "agent", new Listener());
    Sender client = group.client("client");
    group.close();
    group.close();
    assertThatThrownBy(() -> client.send(agent, Payload.of(new Go())))
        .isInstanceOf(GroupClosedException.class)
        .hasMessageContaining("group 'evening' has been closed");
    assertThatThrownBy(() -> client.ask(agent, Payload.of(new Go()), LONG))
        .isInstanceOf(GroupClosedException.class);
    assertThatThrownBy(() -> client.trySend(agent, Payload.of(new Go())))
        .isInstanceOf(GroupClosedException.class);
    assertThatThrownBy(() -> group.client("late")).isInstanceOf(GroupClosedException.class);
    group.define(AgentType.of("late", Listener::new));
    assertThatThrownBy(() -> group.start(id("late"), "late"))
        .isInstanceOf(GroupClosedException.class);
  }

  @Test
  void close_leavesWhatItWasHandedOpen() throws Exception {
    var log = new InMemoryEventLog();
    try (var transport = InMemoryTransport.open()) {
      for (int round = 0; round < 2; round++) {
        try (var group =
            AgentGroup.builder(EXPERIMENT).transport(transport).eventLog(log).build()) {
          AgentId echo =
              start(group, "echo", (message, context) -> context.reply(message.payload()));
          group.client("client").ask(echo, Payload.of(new Count(round)), LONG);
        }
      }
    }
    var kinds = new ArrayList<String>();
    log.read(EXPERIMENT, event -> kinds.add(event.getClass().getSimpleName()));
    assertThat(kinds)
        .containsExactlyInAnyOrder(
            "AgentStarted",
            "MessageSent",
            "MessageSent",
            "AgentStarted",
            "MessageSent",
            "MessageSent");
  }

  @Test
  void record_state_keepsAgentStateAndTrace() throws Exception {
    var log = new InMemoryEventLog();
    try (var group = AgentGroup.builder(EXPERIMENT).eventLog(log).build()) {
      AgentId agent =
          start(group, "agent", (message, context) -> context.recordState(new Count(9)));
      group.client("client").send(agent, Payload.of(new Go()));
    }
    var events = new ArrayList<Event>();
    log.read(EXPERIMENT, events::add);
    Event.MessageSent message = only(events, Event.MessageSent.class);
    Event.StateRecorded state = only(events, Event.StateRecorded.class);
    assertThat(state.state().as(Count.class)).isEqualTo(new Count(9));
    assertThat(state.trace().traceId()).isEqualTo(message.trace().traceId());
    AgentCard card = only(events, Event.AgentStarted.class).card();
    assertThat(card).as("a group without assistance knows no cards").isNull();
  }

  private static <E> E only(List<Event> events, Class<E> kind) {
    List<E> found = events.stream().filter(kind::isInstance).map(kind::cast).toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  @Test
  void build_brokerRoutingWithoutTransport_isRefused() {
    assertThatThrownBy(() -> AgentGroup.builder(EXPERIMENT).routing(Routing.BROKER).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs a transport");
    assertThatThrownBy(() -> AgentGroup.builder(EXPERIMENT).mailboxCapacity(0).build())
        .hasMessageContaining("mailboxCapacity 0 must be 1 to 1,000,000");
  }

  @Test
  void closed_questionThatStillArrives_isAnsweredWithAFailure() throws Exception {
    var wire = new Wire();
    var group = AgentGroup.builder(EXPERIMENT).transport(wire).build();
    AgentId agent = start(group, "agent", new Listener());
    group.close();
    var question =
        new Message(
            1,
            1,
            Wire.FAR,
            agent,
            Channel.AGENT_CHAT,
            Payload.of(new Go()),
            Trace.start(),
            Deadline.NONE);
    wire.receiver.accept(new Envelope(EXPERIMENT, Kind.ASK, question, null, null, List.of()));
    await().until(() -> wire.sent.size() == 1);
    assertThat(wire.sent.getFirst().kind()).isEqualTo(Kind.FAILURE);
    assertThat(wire.sent.getFirst().answers()).isEqualTo(question.id());
  }
}
