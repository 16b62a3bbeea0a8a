package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.LONG;
import static dev.mama.runtime.Words.id;
import static dev.mama.runtime.Words.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Deadline;
import dev.mama.Event;
import dev.mama.Intervention;
import dev.mama.MailboxFullException;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Trace;
import dev.mama.runtime.Words.Count;
import dev.mama.runtime.Words.Gate;
import dev.mama.runtime.Words.Go;
import dev.mama.runtime.Words.Listener;
import dev.mama.spi.Envelope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Order, once and takeover for what arrives through a transport. */
class AgentGroupDeliveryTest {

  private static AgentGroupBuilder over(UnrulyTransport transport) {
    return AgentGroup.builder(EXPERIMENT)
        .transport(transport)
        .routing(Routing.BROKER)
        .mailboxCapacity(10_000)
        .drainTimeout(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void messages_shuffledAndDoubledOnTheWire_areHandledOnceInOrder(long seed) throws Exception {
    var listener = new Listener();
    try (var transport = new UnrulyTransport(seed, envelope -> false);
        var group = over(transport).build()) {
      AgentId to = start(group, "listener", listener);
      Sender client = group.client("client");
      for (int i = 0; i < 1_000; i++) {
        client.send(to, Payload.of(new Count(i)));
      }
      transport.release();
      await().atMost(LONG).until(() -> listener.received.size() == 1_000);
    }
    assertThat(listener.numbers()).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
  }

  @Test
  void messages_oneLostOnTheWire_isReportedAndTheRestArrive() throws Exception {
    var listener = new Listener();
    var log = new InMemoryEventLog();
    try (var transport = new UnrulyTransport(1, AgentGroupDeliveryTest::isFifth);
        var group = over(transport).eventLog(log).gapLimit(Duration.ofMillis(50)).build()) {
      AgentId to = start(group, "listener", listener);
      Sender client = group.client("client");
      for (int i = 0; i < 100; i++) {
        client.send(to, Payload.of(new Count(i)));
      }
      transport.release();
      await().atMost(LONG).until(() -> listener.received.size() == 99);
      await().atMost(LONG).until(() -> !errors(log).isEmpty());
    }
    assertThat(listener.numbers()).doesNotContain(4).isSorted();
    assertThat(errors(log)).anySatisfy(e -> assertThat(e).contains("messages 5 to 5 of 'client'"));
  }

  private static boolean isFifth(Envelope envelope) {
    return envelope.sequence() != null && envelope.sequence().number() == 5;
  }

  private static List<String> errors(InMemoryEventLog log) {
    var errors = new ArrayList<String>();
    log.read(
        EXPERIMENT,
        event -> {
          if (event instanceof Event.ErrorRaised error) {
            errors.add(error.component() + " " + error.detail());
          }
        });
    return errors;
  }

  @Test
  void arriving_fullMailbox_isRefusedToTheAskerAndRecorded_neighboursGoOn() throws Exception {
    var gate = new Gate();
    var listener = new Listener();
    var log = new InMemoryEventLog();
    try (var transport = InMemoryTransport.open();
        var group =
            AgentGroup.builder(EXPERIMENT)
                .transport(transport)
                .routing(Routing.BROKER)
                .mailboxCapacity(1)
                .overflowBytes(0)
                .eventLog(log)
                .build()) {
      AgentId slow = start(group, "slow", gate);
      AgentId neighbour = start(group, "neighbour", listener);
      Sender client = group.client("client");
      client.send(slow, Payload.of(new Go()));
      Words.await(gate.begun);
      client.send(slow, Payload.of(new Go()));
      assertThatThrownBy(() -> client.ask(slow, Payload.of(new Go()), LONG))
          .isInstanceOf(MailboxFullException.class)
          .hasMessageContaining("'slow' is full (1 messages)");
      client.send(neighbour, Payload.of(new Count(1)));
      await().atMost(LONG).until(() -> listener.received.size() == 1);
      gate.open.countDown();
    }
    assertThat(errors(log)).anySatisfy(e -> assertThat(e).contains("agent/slow").contains("dead"));
  }

  @Test
  void arriving_fullMailbox_waitsInTheOverflowInOrder() throws Exception {
    var gate = new Gate();
    var listener = new Listener();
    try (var transport = InMemoryTransport.open();
        var group =
            AgentGroup.builder(EXPERIMENT)
                .transport(transport)
                .routing(Routing.BROKER)
                .mailboxCapacity(1)
                .build()) {
      AgentId slow =
          start(
              group,
              "slow",
              (message, context) -> {
                if (message.payload().type().equals("Go")) {
                  gate.onMessage(message, context);
                } else {
                  listener.onMessage(message, context);
                }
              });
      Sender client = group.client("client");
      client.send(slow, Payload.of(new Go()));
      Words.await(gate.begun);
      for (int i = 0; i < 500; i++) {
        client.send(slow, Payload.of(new Count(i)));
      }
      gate.open.countDown();
      await().atMost(LONG).until(() -> listener.received.size() == 500);
    }
    assertThat(listener.numbers()).isEqualTo(IntStream.range(0, 500).boxed().toList());
  }

  @Test
  void refused_sender_holdsBackAndIsToldWhenItTakesTooLong() throws Exception {
    var gate = new Gate();
    try (var transport = InMemoryTransport.open();
        var far =
            AgentGroup.builder(EXPERIMENT)
                .name("far")
                .transport(transport)
                .mailboxCapacity(1)
                .overflowBytes(0)
                .build();
        var near =
            AgentGroup.builder(EXPERIMENT)
                .name("near")
                .transport(transport)
                .sendTimeout(Duration.ofMillis(300))
                .build()) {
      AgentId slow = start(far, "slow", gate);
      Sender client = near.client("client");
      client.send(slow, Payload.of(new Go()));
      Words.await(gate.begun);
      await()
          .atMost(LONG)
          .untilAsserted(() ->
              assertThatThrownBy(() -> client.send(slow, Payload.of(new Go())))
                  .isInstanceOf(MailboxFullException.class)
                  .hasMessageContaining("held back longer than PT0.3S"));
      gate.open.countDown();
    }
  }

  @Test
  void twoGroups_oneTransport_reachEachOther() throws Exception {
    var listener = new Listener();
    try (var transport = InMemoryTransport.open();
        var left = AgentGroup.builder(EXPERIMENT).name("left").transport(transport).build();
        var right = AgentGroup.builder(EXPERIMENT).name("right").transport(transport).build()) {
      start(right, "far", (message, context) -> context.reply(message.payload()));
      AgentId near =
          start(
              left,
              "near",
              (message, context) ->
                  listener.onMessage(
                      new dev.mama.Message(
                          message.id(),
                          message.from(),
                          message.to(),
                          message.channel(),
                          context.ask(id("far"), message.payload(), LONG),
                          message.trace(),
                          message.deadline()),
                      context));
      left.client("client").send(near, Payload.of(new Count(7)));
      await().atMost(LONG).until(() -> listener.numbers().equals(List.of(7)));
    }
  }

  @Test
  void intervention_ofAForeignClient_reachesTheAgentAndIsRecorded() throws Exception {
    var listener = new Listener();
    var log = new InMemoryEventLog();
    try (var transport = InMemoryTransport.open();
        var group = AgentGroup.builder(EXPERIMENT).transport(transport).eventLog(log).build()) {
      AgentId to = start(group, "listener", listener);
      var message =
          new Message(
              UUID.randomUUID(),
              id("user"),
              to,
              Channel.INTERVENE,
              Payload.of(new Intervention("mood", "glad")),
              Trace.start(),
              Deadline.NONE);
      transport.send(new Envelope(EXPERIMENT, Envelope.Kind.SEND, message, null, null, List.of()));
      await().atMost(LONG).until(() -> listener.received.size() == 1);
      await().atMost(LONG).until(() -> isRecorded(log, message));
    }
    assertThat(listener.received.getFirst().payload().as(Intervention.class))
        .isEqualTo(new Intervention("mood", "glad"));
  }

  private static boolean isRecorded(InMemoryEventLog log, Message message) {
    var ids = new ArrayList<UUID>();
    log.read(
        EXPERIMENT,
        event -> {
          if (event instanceof Event.MessageSent sent) {
            ids.add(sent.id());
          }
        });
    return ids.contains(message.id());
  }
}
