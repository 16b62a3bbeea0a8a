package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.runtime.AgentGroup;
import dev.mama.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An id that leaves a group and comes back in another one, on the same connection or another. */
@ExtendWith(SharedBroker.class)
class AgentReturnOverMqttTest {

  private static final AgentId A = AgentId.of("a");
  private static final AgentId LISTENER = AgentId.of("listener");
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int PER_GROUP = 5;

  private final ExperimentId experiment = Envelopes.newExperiment();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<Integer> heard = new CopyOnWriteArrayList<>();
  private final List<Integer> handled = new CopyOnWriteArrayList<>();
  private Sender asker;

  record Count(int number) {}

  @BeforeEach
  void startThird() throws Exception {
    AgentGroup third = group("third", connect());
    Agent listener = (message, context) -> heard.add(message.payload().as(Count.class).number());
    third.define(AgentType.of("listener", () -> listener));
    third.start(LISTENER, "listener");
    asker = third.client("asker");
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private Transport connect() throws InterruptedException {
    MqttTransport transport = MqttTransport.connect(SharedBroker.address());
    opened.add(transport);
    return transport;
  }

  /** Where a gap is waited for, that is longer than anybody here has patience. */
  private AgentGroup group(String name, Transport transport) {
    AgentGroup group =
        AgentGroup.builder(experiment)
            .name(name)
            .transport(transport)
            .gapLimit(Duration.ofDays(1))
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

  private AgentGroup groupOfA(String name, Transport transport) throws InterruptedException {
    AgentGroup group = group(name, transport);
    group.define(AgentType.of("a", Helper::new));
    group.start(A, "a");
    return group;
  }

  @Test
  void ask_agentIsBackInAnotherGroup_isMetAndAllComesOnceInOrder() throws Exception {
    Transport one = connect();
    Transport other = connect();
    List<Transport> ways = List.of(one, other, other, one, one);
    for (int g = 0; g < ways.size(); g++) {
      try (AgentGroup ofA = groupOfA("g" + g, ways.get(g))) {
        int last = (g + 1) * PER_GROUP;
        for (int number = last - PER_GROUP + 1; number < last; number++) {
          asker.send(A, Payload.of(new Count(number)));
        }
        Count answer = asker.ask(A, Payload.of(new Count(last)), LONG).as(Count.class);
        assertThat(answer.number()).as("answer of %s", ofA.name()).isEqualTo(last);
      }
    }

    int all = ways.size() * PER_GROUP;
    assertThat(handled).containsExactlyElementsOf(IntStream.rangeClosed(1, all).boxed().toList());
    await().atMost(LONG).until(() -> heard.size() == ways.size());
    assertThat(heard).containsExactly(5, 10, 15, 20, 25);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void close_agentHasBegunInAnotherGroup_isStillReachedThere(boolean sameConnection)
      throws Exception {
    Transport way = connect();
    AgentGroup before = groupOfA("before", way);
    AgentGroup after = groupOfA("after", sameConnection ? way : connect());

    before.close();

    Count answer = asker.ask(A, Payload.of(new Count(PER_GROUP)), LONG).as(Count.class);
    assertThat(answer.number()).as(after.name()).isEqualTo(PER_GROUP);
  }
}
