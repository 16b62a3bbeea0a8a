package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.LONG;
import static dev.mama.runtime.Words.id;
import static dev.mama.runtime.Words.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AskCycleException;
import dev.mama.AskTimeoutException;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.UnknownAgentException;
import dev.mama.runtime.Words.Count;
import dev.mama.runtime.Words.Gate;
import dev.mama.runtime.Words.Go;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AgentGroupAskTest {

  final AgentGroup group = newGroup();

  /** The same tests run over a transport in {@link AgentGroupAskOverTransportTest}. */
  AgentGroup newGroup() {
    return AgentGroup.builder(EXPERIMENT).drainTimeout(Duration.ofSeconds(2)).build();
  }

  @AfterEach
  void close() {
    group.close();
  }

  @Test
  void ask_replied_returnsTheReply() throws Exception {
    AgentId doubler =
        start(
            group,
            "doubler",
            (message, context) ->
                context.reply(
                    Payload.of(new Count(2 * message.payload().as(Count.class).number()))));
    Sender client = group.client("client");
    for (int i = 0; i < 100; i++) {
      Payload reply = client.ask(doubler, Payload.of(new Count(i)), LONG);
      assertThat(reply.as(Count.class).number()).isEqualTo(2 * i);
    }
  }

  @Test
  void ask_ofAnAskingAgent_keepsTheTrace() throws Exception {
    var traces = new AtomicReference<List<String>>(List.of());
    AgentId far =
        start(
            group,
            "far",
            (message, context) -> context.reply(Payload.text(message.trace().traceId())));
    AgentId near =
        start(
            group,
            "near",
            (message, context) -> {
              Payload reply = context.ask(far, Payload.of(new Go()), LONG);
              traces.set(List.of(message.trace().traceId(), reply.as(Payload.Text.class).text()));
              context.reply(reply);
            });
    group.client("client").ask(near, Payload.of(new Go()), LONG);
    assertThat(traces.get().get(0)).hasSize(32).isEqualTo(traces.get().get(1));
  }

  @Test
  void ask_noReplyInTime_timesOutNamingTheAgent() throws Exception {
    var gate = new Gate();
    AgentId slow = start(group, "slow", gate);
    Sender client = group.client("client");
    assertThatThrownBy(() -> client.ask(slow, Payload.of(new Go()), Duration.ofMillis(50)))
        .isInstanceOfSatisfying(
            AskTimeoutException.class, e -> assertThat(e.agent()).isEqualTo(slow))
        .hasMessageContaining("'slow' did not reply within");
    gate.open.countDown();
  }

  @Test
  void ask_turnThrows_failsWithTheReason() throws Exception {
    AgentId failing =
        start(
            group,
            "failing",
            (message, context) -> {
              throw new IllegalStateException("out of tea");
            });
    assertThatThrownBy(() -> group.client("client").ask(failing, Payload.of(new Go()), LONG))
        .isInstanceOf(AgentFailedException.class)
        .hasMessageContaining("'failing' failed")
        .hasMessageContaining("out of tea");
  }

  @Test
  void ask_turnEndsWithoutReply_failsAtOnce() throws Exception {
    AgentId silent = start(group, "silent", (message, context) -> {});
    assertThatThrownBy(() -> group.client("client").ask(silent, Payload.of(new Go()), LONG))
        .isInstanceOf(AgentFailedException.class)
        .hasMessageContaining("without replying");
  }

  @Test
  void ask_backToAWaitingAgent_isRefusedWithThePath() throws Exception {
    AgentId c =
        start(
            group,
            "c",
            (message, context) -> context.reply(context.ask(id("a"), Payload.of(new Go()), LONG)));
    AgentId b =
        start(
            group,
            "b",
            (message, context) -> context.reply(context.ask(c, message.payload(), LONG)));
    AgentId a =
        start(
            group,
            "a",
            (message, context) -> context.reply(context.ask(b, message.payload(), LONG)));
    assertThatThrownBy(() -> group.client("client").ask(a, Payload.of(new Go()), LONG))
        .isInstanceOf(AgentFailedException.class)
        .hasMessageContaining("client -> a -> b -> c -> a");
  }

  @Test
  void ask_itself_isRefused() throws Exception {
    var thrown = new AtomicReference<Exception>();
    AgentId narcissus =
        start(
            group,
            "narcissus",
            (message, context) -> {
              try {
                context.ask(context.self(), Payload.of(new Go()), LONG);
              } catch (AskCycleException e) {
                thrown.set(e);
                context.reply(Payload.text("refused"));
              }
            });
    group.client("client").ask(narcissus, Payload.of(new Go()), LONG);
    assertThat(thrown.get()).hasMessageContaining("narcissus -> narcissus");
  }

  @Test
  void ask_unknownAgent_saysSo() throws Exception {
    Sender client = group.client("client");
    assertThatThrownBy(() -> client.ask(id("ghost"), Payload.of(new Go()), LONG))
        .isInstanceOf(UnknownAgentException.class)
        .hasMessageContaining("'ghost'");
  }

  @Test
  void ask_ofAnAsk_endsWithTheFirstDeadline() throws Exception {
    var gate = new Gate();
    var thrown = new AtomicReference<Exception>();
    AgentId far = start(group, "far", gate);
    AgentId near =
        start(
            group,
            "near",
            (message, context) -> {
              try {
                context.ask(far, Payload.of(new Go()), Duration.ofDays(1));
              } catch (AskTimeoutException e) {
                thrown.set(e);
              }
            });
    assertThatThrownBy(
            () -> group.client("client").ask(near, Payload.of(new Go()), Duration.ofMillis(100)))
        .as("its own time is up, or 'near' gives up at that very moment and ends without a reply")
        .isInstanceOfAny(AskTimeoutException.class, AgentFailedException.class);
    await().atMost(LONG).until(() -> thrown.get() != null);
    gate.open.countDown();
  }

  @Test
  void ask_deadlinePassedInTheMailbox_isNotHandled() throws Exception {
    var gate = new Gate();
    var handled = new AtomicReference<Integer>(0);
    AgentId slow =
        start(
            group,
            "slow",
            (message, context) -> {
              handled.updateAndGet(n -> n + 1);
              if (message.payload().type().equals("Go")) {
                gate.onMessage(message, context);
              } else {
                context.reply(message.payload());
              }
            });
    Sender client = group.client("client");
    client.send(slow, Payload.of(new Go()));
    Words.await(gate.begun);
    assertThatThrownBy(() -> client.ask(slow, Payload.of(new Count(1)), Duration.ofMillis(50)))
        .isInstanceOf(AskTimeoutException.class);
    gate.open.countDown();
    client.ask(slow, Payload.of(new Count(2)), LONG);
    assertThat(handled.get()).as("the expired ask was skipped").isEqualTo(2);
  }

  @Test
  void reply_twice_isRefused() throws Exception {
    var thrown = new AtomicReference<Exception>();
    AgentId eager =
        start(
            group,
            "eager",
            (message, context) -> {
              context.reply(Payload.text("once"));
              try {
                context.reply(Payload.text("twice"));
              } catch (IllegalStateException e) {
                thrown.set(e);
              }
            });
    Payload reply = group.client("client").ask(eager, Payload.of(new Go()), LONG);
    assertThat(reply.as(Payload.Text.class).text()).isEqualTo("once");
    await().atMost(LONG).until(() -> thrown.get() != null);
    assertThat(thrown.get()).hasMessageContaining("already been answered");
  }

  @Test
  void reply_toASentMessage_arrivesAsAMessage() throws Exception {
    var listener = new Words.Listener();
    AgentId echo = start(group, "echo", (message, context) -> context.reply(message.payload()));
    AgentId teller =
        start(
            group,
            "teller",
            (message, context) -> {
              if (message.from().equals(echo)) {
                listener.onMessage(message, context);
              } else {
                context.send(echo, message.payload());
              }
            });
    group.client("client").send(teller, Payload.of(new Count(5)));
    await().atMost(LONG).until(() -> listener.numbers().equals(List.of(5)));
  }
}
