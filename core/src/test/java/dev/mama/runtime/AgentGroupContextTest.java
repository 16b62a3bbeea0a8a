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
import dev.mama.AgentType;
import dev.mama.Handlers;
import dev.mama.Payload;
import dev.mama.Scheduled;
import dev.mama.Sender;
import dev.mama.runtime.Words.Count;
import dev.mama.runtime.Words.Go;
import dev.mama.runtime.Words.Listener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a context offers besides sending and asking: later, topics, arithmetic; and typed handlers.
 */
class AgentGroupContextTest {

  private final AgentGroup group =
      AgentGroup.builder(EXPERIMENT).mailboxCapacity(4).drainTimeout(Duration.ofSeconds(2)).build();

  @AfterEach
  void close() {
    group.close();
  }

  @Test
  void schedule_once_comesFromItselfAfterTheDelay() throws Exception {
    var listener = new Listener();
    AgentId agent =
        start(
            group,
            "agent",
            (message, context) -> {
              if (message.payload().type().equals("Go")) {
                context.schedule(Duration.ofMillis(20), Payload.of(new Count(1)));
              } else {
                listener.onMessage(message, context);
              }
            });
    group.client("client").send(agent, Payload.of(new Go()));
    await().atMost(LONG).until(() -> listener.received.size() == 1);
    assertThat(listener.received.getFirst().from()).isEqualTo(agent);
  }

  @Test
  void schedule_cancelled_doesNotCome() throws Exception {
    var listener = new Listener();
    AgentId agent =
        start(
            group,
            "agent",
            (message, context) -> {
              if (message.payload().type().equals("Go")) {
                Scheduled never = context.schedule(Duration.ofMillis(50), Payload.of(new Count(1)));
                never.cancel();
                context.schedule(Duration.ofMillis(100), Payload.of(new Count(2)));
              } else {
                listener.onMessage(message, context);
              }
            });
    group.client("client").send(agent, Payload.of(new Go()));
    await().atMost(LONG).until(() -> !listener.received.isEmpty());
    assertThat(listener.numbers()).containsExactly(2);
  }

  @Test
  void scheduleEvery_comesUntilCancelled() throws Exception {
    var ticks = new AtomicInteger();
    var task = new AtomicReference<Scheduled>(() -> {});
    AgentId agent =
        start(
            group,
            "agent",
            (message, context) -> {
              if (message.payload().type().equals("Go")) {
                task.set(context.scheduleEvery(Duration.ofMillis(5), Payload.of(new Count(1))));
              } else if (ticks.incrementAndGet() == 5) {
                task.get().cancel();
              }
            });
    group.client("client").send(agent, Payload.of(new Go()));
    await().atMost(LONG).until(() -> ticks.get() >= 5);
    assertThatThrownBy(() ->
            group
                .client("other")
                .ask(
                    start(
                        group,
                        "bad",
                        (message, context) ->
                            context.scheduleEvery(Duration.ZERO, Payload.of(new Go()))),
                    Payload.of(new Go()),
                    LONG))
        .isInstanceOf(AgentFailedException.class)
        .hasMessageContaining("period PT0S must be positive");
  }

  @Test
  void compute_runsOnAPlatformThreadAndGivesBackWhatItThrows() throws Exception {
    AgentId agent =
        start(
            group,
            "agent",
            (message, context) -> {
              boolean virtual = context.compute(() -> Thread.currentThread().isVirtual());
              try {
                context.compute(() -> {
                  throw new IllegalStateException("does not converge");
                });
              } catch (IllegalStateException e) {
                context.reply(Payload.text(virtual + " " + e.getMessage()));
              }
            });
    Payload reply = group.client("client").ask(agent, Payload.of(new Go()), LONG);
    assertThat(reply.as(Payload.Text.class).text()).isEqualTo("false does not converge");
  }

  sealed interface Order {
    record Buy(String what) implements Order {}

    record Cancel(int number) implements Order {}
  }

  @Test
  void handlers_routeByType_andTellTheSenderOfAnUnknownOne() throws Exception {
    group.define(
        AgentType.of(
            "clerk",
            () ->
                Handlers.of(Order.class)
                    .on(
                        Order.Buy.class,
                        (buy, message, context) ->
                            context.reply(Payload.text("bought " + buy.what())))
                    .on(
                        Order.Cancel.class,
                        (cancel, message, context) ->
                            context.reply(Payload.text("cancelled " + cancel.number())))
                    .build()));
    group.start(id("clerk"), "clerk");
    Sender client = group.client("client");
    Payload bought = client.ask(id("clerk"), Payload.of(new Order.Buy("tea")), LONG);
    assertThat(bought.as(Payload.Text.class).text()).isEqualTo("bought tea");
    assertThatThrownBy(() -> client.ask(id("clerk"), Payload.of(new Go()), LONG))
        .isInstanceOf(AgentFailedException.class)
        .hasMessageContaining("agent 'clerk' does not know 'Go'; it handles Buy, Cancel");
  }

  @Test
  void handlers_incomplete_namesWhatIsMissing() {
    assertThatThrownBy(() ->
            Handlers.of(Order.class).on(Order.Buy.class, (buy, message, context) -> {}).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'Cancel' has no handler");
    assertThatThrownBy(() -> Handlers.of(List.class))
        .hasMessageContaining("neither a record nor sealed");
  }
}
