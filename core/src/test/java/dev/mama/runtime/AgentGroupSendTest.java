package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.LONG;
import static dev.mama.runtime.Words.id;
import static dev.mama.runtime.Words.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.Delivery;
import dev.mama.MailboxFullException;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.UnknownAgentException;
import dev.mama.runtime.Words.Count;
import dev.mama.runtime.Words.Gate;
import dev.mama.runtime.Words.Go;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AgentGroupSendTest {

  private static AgentGroup group(int mailboxCapacity, Duration sendTimeout) {
    return AgentGroup.builder(EXPERIMENT)
        .mailboxCapacity(mailboxCapacity)
        .sendTimeout(sendTimeout)
        .drainTimeout(Duration.ofSeconds(1))
        .build();
  }

  @Test
  void send_fullMailbox_throwsAfterTimeoutNamingAgentAndLimit() throws Exception {
    var gate = new Gate();
    try (var group = group(2, Duration.ofMillis(50))) {
      AgentId slow = start(group, "slow", gate);
      Sender client = group.client("client");
      client.send(slow, Payload.of(new Go()));
      Words.await(gate.begun);
      client.send(slow, Payload.of(new Go()));
      client.send(slow, Payload.of(new Go()));
      assertThatThrownBy(() -> client.send(slow, Payload.of(new Go())))
          .isInstanceOfSatisfying(
              MailboxFullException.class, e -> assertThat(e.agent()).isEqualTo(slow))
          .hasMessage(
              "mailbox of agent 'slow' stayed full (2 messages) for PT0.05S;"
                  + " raise mailboxCapacity or slow the sender");
      gate.open.countDown();
    }
  }

  @Test
  void send_fullMailbox_waitsForRoom() throws Exception {
    var gate = new Gate();
    try (var group = group(1, LONG)) {
      AgentId slow = start(group, "slow", gate);
      Sender client = group.client("client");
      client.send(slow, Payload.of(new Go()));
      Words.await(gate.begun);
      client.send(slow, Payload.of(new Go()));
      var sender = Thread.ofVirtual().unstarted(() -> send(client, slow));
      sender.start();
      await().atMost(LONG).until(() -> sender.getState() == Thread.State.TIMED_WAITING);
      gate.open.countDown();
      assertThat(sender.join(LONG)).as("the waiting send went through").isTrue();
    }
  }

  private static void send(Sender client, AgentId to) {
    try {
      client.send(to, Payload.of(new Go()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void send_intoEachOthersFullMailboxes_endsAtSendTimeout() throws Exception {
    var failures = new AtomicReference<Integer>(0);
    try (var group = group(1, Duration.ofMillis(100))) {
      for (String[] pair : new String[][] {{"left", "right"}, {"right", "left"}}) {
        start(
            group,
            pair[0],
            (message, context) -> {
              try {
                for (int i = 0; i < 10; i++) {
                  context.send(id(pair[1]), Payload.of(new Go()));
                }
              } catch (MailboxFullException e) {
                failures.updateAndGet(n -> n + 1);
                throw e;
              }
            });
      }
      group.client("client").send(id("left"), Payload.of(new Go()));
      await().atMost(LONG).until(() -> failures.get() > 0);
    }
  }

  @Test
  void trySend_room_isAccepted_full_isRefused() throws Exception {
    var gate = new Gate();
    try (var group = group(1, LONG)) {
      AgentId slow = start(group, "slow", gate);
      Sender client = group.client("client");
      assertThat(client.trySend(slow, Payload.of(new Go()))).isInstanceOf(Delivery.Accepted.class);
      Words.await(gate.begun);
      client.send(slow, Payload.of(new Go()));
      assertThat(client.trySend(slow, Payload.of(new Go())))
          .isInstanceOfSatisfying(
              Delivery.Refused.class, r -> assertThat(r.reason()).contains("full (1 messages)"));
      gate.open.countDown();
    }
  }

  @Test
  void send_unknownAgent_saysSo() throws Exception {
    try (var group = group(1, LONG)) {
      Sender client = group.client("client");
      assertThatThrownBy(() -> client.send(id("ghost"), Payload.of(new Count(1))))
          .isInstanceOf(UnknownAgentException.class)
          .hasMessageContaining("no agent 'ghost' is there");
    }
  }
}
