package dev.mama.runtime;

import static dev.mama.runtime.Words.LONG;
import static dev.mama.runtime.Words.await;
import static dev.mama.runtime.Words.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Delivery;
import dev.mama.GroupClosedException;
import dev.mama.MailboxFullException;
import dev.mama.Payload;
import dev.mama.StepAgent;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.runtime.Words.Count;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What steps refuse, and what becomes of failures in them. */
class StepsFailureTest extends StepsRig {

  @Test
  void whatStepsDoNotHave_isRefusedByName() throws Exception {
    Map<String, String> refused = new ConcurrentHashMap<>();
    start("b", (step, input, context) -> {}, Set.of());
    start(
        "a",
        (step, input, context) -> {
          Map<String, CheckedRunnable> calls =
              Map.of(
                  "ask", () -> context.ask(id("b"), Payload.text("?"), LONG),
                  "reply", () -> context.reply(Payload.text("!")),
                  "schedule", () -> context.schedule(LONG, Payload.text("later")),
                  "scheduleEvery", () -> context.scheduleEvery(LONG, Payload.text("later")),
                  "join", () -> context.join("news"),
                  "leave", () -> context.leave("news"),
                  "publish", () -> context.publish("news", Payload.text("news")),
                  "undeclared", () -> context.send(id("b"), Payload.text("psst")),
                  "stranger", () -> context.send(id("nobody"), Payload.text("psst")));
          for (var call : calls.entrySet()) {
            try {
              call.getValue().run();
            } catch (UnsupportedOperationException | IllegalArgumentException e) {
              refused.put(call.getKey(), String.valueOf(e.getMessage()));
            }
          }
        },
        Set.of());
    steps.run(1);
    assertThat(refused.keySet())
        .containsExactlyInAnyOrder(
            "ask",
            "reply",
            "schedule",
            "scheduleEvery",
            "join",
            "leave",
            "publish",
            "undeclared",
            "stranger");
    assertThat(refused.get("ask"))
        .isEqualTo(
            "agent 'a' asked 'b' in step 1, which steps do not have; its reply would come in step"
                + " 2: send, and read the answer there");
    assertThat(refused.get("undeclared"))
        .isEqualTo(
            "agent 'a' sent to 'b' in step 1, which does not declare it as a sender; add 'a' to the"
                + " senders of 'b'");
    assertThat(refused.get("stranger")).contains("'nobody' in step 1, which is not of these steps");
  }

  @Test
  void define_durableType_isRefused() {
    assertThatThrownBy(() -> steps.define(Ledger.type()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("agents of type 'ledger' are durable, and agents in steps are not");
  }

  private interface CheckedRunnable {
    void run() throws Exception;
  }

  @Test
  void send_beyondTheMailbox_isRefused() throws Exception {
    var refusals = new CopyOnWriteArrayList<Object>();
    start(
        "a",
        (step, input, context) -> {
          if (step > 1) {
            return;
          }
          for (int i = 0; i < 4; i++) {
            refusals.add(context.trySend(context.self(), Payload.of(new Count(i))));
          }
          refusals.add(context.trySend(context.self(), Payload.of(new Count(4))));
          try {
            context.send(context.self(), Payload.of(new Count(5)));
          } catch (MailboxFullException e) {
            refusals.add(e);
          }
        },
        null);
    steps.run(2);
    assertThat(refusals.subList(0, 4)).allMatch(Delivery.Accepted.class::isInstance);
    assertThat(refusals.subList(4, 6))
        .satisfiesExactly(
            refused -> assertThat(refused).isInstanceOf(Delivery.Refused.class),
            thrown ->
                assertThat((Throwable) thrown)
                    .hasMessageContaining("sent 4 messages in step 1")
                    .hasMessageContaining("raise mailboxCapacity"));
  }

  @Test
  void failedTry_isDroppedWithWhatItSent_andTriedAgainWithTheSameInputAndChance() throws Exception {
    List<String> read = new CopyOnWriteArrayList<>();
    List<String> tries = new CopyOnWriteArrayList<>();
    start("r", reader(read), null);
    start(
        "a",
        (step, input, context) -> {
          context.send(id("r"), Payload.of(new Count((int) step)));
          context.send(context.self(), Payload.of(new Count((int) step)));
          tries.add(step + " " + input.size() + " " + context.random().nextLong());
          if (step == 2 && tries.size() == 2) {
            throw new IllegalStateException("the first time");
          }
        },
        null,
        Supervision.of(Reaction.RESUME).withTries(2).withBackOff(Duration.ofMillis(1)));
    steps.run(3);
    assertThat(read).containsExactly("1:", "2:a1", "3:a2");
    assertThat(tries).hasSize(4);
    assertThat(tries.get(1)).isEqualTo(tries.get(2)).startsWith("2 1 ");
    assertThat(errors()).singleElement().asString().contains("try 1 of 2");
  }

  @Test
  void stepThatFailsForGood_keepsNobodyWaiting() throws Exception {
    List<String> read = new CopyOnWriteArrayList<>();
    start("r", reader(read), null);
    start(
        "resumes",
        (step, input, context) -> {
          talker(id("r")).onStep(step, input, context);
          if (step == 1) {
            throw new IllegalStateException("once");
          }
        },
        null);
    start(
        "stops",
        (step, input, context) -> {
          talker(id("r")).onStep(step, input, context);
          if (step == 2) {
            throw new IllegalStateException("for good");
          }
        },
        Set.of(id("r")),
        Supervision.of(Reaction.STOP));
    steps.run(4);
    assertThat(read)
        .containsExactly(
            "1:", "2:stops10,stops11", "3:resumes20,resumes21", "4:resumes30,resumes31");
  }

  @Test
  void restart_givesANewAgent() throws Exception {
    List<String> lives = new CopyOnWriteArrayList<>();
    var made = new ArrayList<Integer>();
    steps.define(
        AgentType.perId(
                "phoenix",
                id -> {
                  made.add(made.size());
                  int life = made.size();
                  return (StepAgent)
                      (step, input, context) -> {
                        lives.add(life + " in " + step);
                        if (step == 2) {
                          throw new IllegalStateException("burnt");
                        }
                      };
                })
            .supervised(Supervision.of(Reaction.RESTART)));
    steps.start(id("p"), "phoenix");
    steps.run(3);
    assertThat(lives).containsExactly("1 in 1", "1 in 2", "2 in 3");
  }

  @Test
  void messageFromOutside_isRefused() throws Exception {
    AgentId agent = start("a", (step, input, context) -> {}, null);
    assertThatThrownBy(() -> group.client("c").ask(agent, Payload.text("hello"), LONG))
        .isInstanceOf(AgentFailedException.class)
        .hasMessageContaining("lives in steps");
  }

  @Test
  void wrongUse_isNamed() throws Exception {
    assertThatThrownBy(() -> Steps.in(group, 0, (step, agent) -> {}))
        .hasMessageContaining("skew 0 must be 1 to 1,024");
    assertThatThrownBy(() -> steps.run(1)).hasMessageContaining("nobody was started");
    steps.define(AgentType.of("plain", () -> (message, context) -> {}));
    assertThatThrownBy(() -> steps.start(id("x"), "plain"))
        .hasMessageContaining("which is no StepAgent");
    start("a", (step, input, context) -> {}, Set.of(id("ghost")));
    assertThatThrownBy(() -> steps.run(0)).hasMessageContaining("must be at least 1");
    assertThatThrownBy(() -> steps.run(1))
        .hasMessage(
            "agent 'a' declares 'ghost' as a sender, which is not of these steps; start it, or"
                + " leave it out");
    start("ghost", (step, input, context) -> {}, Set.of());
    steps.run(1);
    assertThatThrownBy(() -> steps.start(id("a"), "a")).hasMessageContaining("id 'a' is taken");
  }

  @Test
  void closingTheGroup_endsTheRun() throws Exception {
    var begun = new CountDownLatch(1);
    start(
        "a",
        (step, input, context) -> {
          begun.countDown();
          new CountDownLatch(1).await();
        },
        null);
    var run = new AtomicReference<@Nullable Throwable>();
    threads.add(Thread.ofVirtual().start(() -> run(2, run)));
    await(begun);
    group.close();
    threads.getFirst().join();
    assertThat(run.get()).isInstanceOf(GroupClosedException.class);
  }

  @Test
  void listenerThatThrows_endsTheRunByName() throws Exception {
    var broken =
        Steps.in(
            group,
            2,
            (step, agent) -> {
              if (step == 2) {
                throw new IllegalStateException("no room");
              }
            });
    broken.define(AgentType.of("b", () -> (StepAgent) (step, input, context) -> {}));
    broken.start(id("b"), "b");
    assertThatThrownBy(() -> broken.run(5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ended after step 1")
        .hasMessageContaining("no room");
  }
}
