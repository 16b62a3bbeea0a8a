package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.TransportException;
import dev.mama.runtime.Words.Count;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Durable agents are members of topics as long as they wish, whatever becomes of their process. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DurableTopicsTest {

  private static final List<AgentId> READERS = List.of(AgentId.of("anna"), AgentId.of("bert"));
  private static final AgentId HERALD = AgentId.of("herald");

  @TempDir Path folder;

  record Join(boolean well) {}

  record Leave() {}

  record News() {}

  /** Joins and leaves as told, and counts the news. */
  private static final class Reader implements DurableAgent<Count> {
    private int news;

    @Override
    public Count state() {
      return new Count(news);
    }

    @Override
    public void restore(Count state) {
      news = state.number();
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      switch (message.payload().type()) {
        case "Join" -> {
          context.join("news");
          if (!message.payload().as(Join.class).well()) {
            throw new IllegalStateException("as told");
          }
        }
        case "Leave" -> context.leave("news");
        case "News" -> news++;
        default -> context.reply(Payload.of(state()));
      }
    }
  }

  private AgentGroup open(AgentGroupBuilder builder) throws InterruptedException {
    AgentGroup group = builder.build();
    group.define(AgentType.durable("reader", Count.class, Reader::new));
    if (group.resume().agents() == 0) {
      group.startAll(READERS, "reader");
    }
    var unused =
        Words.start(
            group,
            HERALD.value(),
            (message, context) ->
                context.reply(
                    Payload.of(new Count(context.publish("news", Payload.of(new News()))))));
    return group;
  }

  private AgentGroup open() throws InterruptedException {
    return open(Ledger.group(folder).durable(Durability.in(folder).loadedAgents(1)));
  }

  /** Publishes news, and tells how many of this group took it over. */
  private static int publish(Sender client) throws InterruptedException {
    return client.ask(HERALD, Payload.of(new Words.Go()), Words.LONG).as(Count.class).number();
  }

  private static List<Integer> heard(Sender client) throws InterruptedException {
    return List.of(heard(client, READERS.get(0)), heard(client, READERS.get(1)));
  }

  private static int heard(Sender client, AgentId reader) throws InterruptedException {
    return client.ask(reader, Payload.of(new Words.Go()), Words.LONG).as(Count.class).number();
  }

  @Test
  void join_outlivesTheProcessAndTheMemory_untilLeave() throws Exception {
    try (var group = open()) {
      Sender client = group.client("client");
      client.send(READERS.get(0), Payload.of(new Join(true)));
      client.send(READERS.get(1), Payload.of(new Join(false)));
      assertThat(heard(client)).containsExactly(0, 0);
      assertThat(publish(client)).as("a turn that fails joins nothing").isEqualTo(1);
      assertThat(heard(client)).containsExactly(1, 0);
    }
    try (var group = open()) {
      Sender client = group.client("client");
      assertThat(publish(client)).isEqualTo(1);
      assertThat(heard(client)).containsExactly(2, 0);
      client.send(READERS.get(0), Payload.of(new Leave()));
      client.send(READERS.get(1), Payload.of(new Join(true)));
      assertThat(heard(client)).containsExactly(2, 0);
      assertThat(publish(client)).isEqualTo(1);
      assertThat(heard(client)).containsExactly(2, 1);
    }
    try (var group = open()) {
      assertThat(publish(group.client("client"))).isEqualTo(1);
      assertThat(heard(group.client("asker"))).containsExactly(2, 2);
    }
  }

  @Test
  void join_refusedByTheTransport_isTriedAgain_inTheNextRunToo() throws Exception {
    var wire = new Wire();
    try (var group = open(Ledger.group(folder).transport(wire))) {
      Sender client = group.client("client");
      wire.down.set(true);
      client.send(READERS.getFirst(), Payload.of(new Join(true)));
      await().until(() -> group.inspect().unfinished() == 1);
      assertThat(wire.topics).isEmpty();
      wire.down.set(false);
      await().until(() -> wire.topics.containsKey("news"));
      assertThat(publish(client)).isEqualTo(1);
    }
    assertThat(wire.topics).as("the group has closed").isEmpty();
    try (AgentGroup group = Ledger.group(folder).transport(wire).build()) {
      group.define(AgentType.durable("reader", Count.class, Reader::new));
      wire.down.set(true);
      assertThatThrownBy(group::resume).isInstanceOf(TransportException.class);
      wire.down.set(false);
      assertThat(group.resume().agents()).isEqualTo(2);
      assertThat(wire.topics).containsKey("news");
    }
  }
}
