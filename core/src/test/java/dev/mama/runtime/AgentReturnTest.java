package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.LONG;
import static dev.mama.runtime.Words.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Supervision;
import dev.mama.runtime.Words.Count;
import dev.mama.runtime.Words.Go;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An id that leaves a group and comes back in another one, over a transport that they share. */
class AgentReturnTest {

  private static final AgentId A = id("a");
  private static final AgentId LISTENER = id("listener");
  private static final int PER_GROUP = 5;

  private final InMemoryTransport transport = InMemoryTransport.open();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Words.Listener listener = new Words.Listener();
  private final List<Integer> handled = new CopyOnWriteArrayList<>();
  private Sender asker;

  @BeforeEach
  void startThird() throws Exception {
    AgentGroup third = group("third");
    Words.start(third, "listener", listener);
    asker = third.client("asker");
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
    transport.close();
  }

  /** Where a gap is waited for, that is longer than anybody here has patience. */
  private AgentGroup group(String name) {
    AgentGroup group =
        AgentGroup.builder(EXPERIMENT)
            .name(name)
            .transport(transport)
            .gapLimit(Duration.ofDays(1))
            .drainTimeout(Duration.ofSeconds(10))
            .build();
    opened.add(group);
    return group;
  }

  /** Notes what it is told; answers what it is asked, and tells the listener. */
  private final class Helper implements Agent {
    @Override
    public void onMessage(Message message, AgentContext context) throws InterruptedException {
      int number = message.payload().as(Count.class).number();
      handled.add(number);
      if (number % PER_GROUP == 0) {
        context.send(LISTENER, message.payload());
        context.reply(message.payload());
      }
    }
  }

  private AgentGroup groupOfA(String name) throws InterruptedException {
    AgentGroup group = group(name);
    Words.start(group, A.value(), new Helper());
    return group;
  }

  @Test
  void ask_agentIsBackInAnotherGroup_isMetAndAllComesOnceInOrder() throws Exception {
    int groups = 4;
    for (int g = 0; g < groups; g++) {
      try (AgentGroup ofA = groupOfA("g" + g)) {
        int first = g * PER_GROUP + 1;
        for (int number = first; number < first + PER_GROUP - 1; number++) {
          asker.send(A, Payload.of(new Count(number)));
        }
        int last = first + PER_GROUP - 1;
        Count answer = asker.ask(A, Payload.of(new Count(last)), LONG).as(Count.class);
        assertThat(answer.number()).as("answer of %s", ofA.name()).isEqualTo(last);
      }
    }

    assertThat(handled)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, groups * PER_GROUP).boxed().toList());
    await().atMost(LONG).until(() -> listener.numbers().size() == groups);
    assertThat(listener.numbers()).containsExactly(5, 10, 15, 20);
  }

  @Test
  void close_agentHasBegunInAnotherGroup_isStillReachedThere() throws Exception {
    AgentGroup before = groupOfA("before");
    AgentGroup after = groupOfA("after");

    before.close();

    Count answer = asker.ask(A, Payload.of(new Count(PER_GROUP)), LONG).as(Count.class);
    assertThat(answer.number()).as(after.name()).isEqualTo(PER_GROUP);
  }

  @Test
  void start_agentWasStoppedInItsGroup_isReachedUnderItsIdAgain() throws Exception {
    AgentGroup group = group("g");
    for (int i = 1; i <= 50; i++) {
      Agent failing =
          (message, context) -> {
            throw new IllegalStateException("on purpose");
          };
      group.define(
          AgentType.of("failing-" + i, () -> failing)
              .supervised(Supervision.of(Supervision.Reaction.STOP)));
      group.define(AgentType.of("helper-" + i, Helper::new));
      AgentId agent = id("back-" + i);
      group.start(agent, "failing-" + i);
      try {
        asker.ask(agent, Payload.of(new Go()), LONG);
      } catch (AgentFailedException e) {
        // it has stopped
      }
      group.start(agent, "helper-" + i);
      asker.ask(agent, Payload.of(new Count(PER_GROUP)), LONG);
    }
  }
}
