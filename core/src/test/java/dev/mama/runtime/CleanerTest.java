package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalOptions;
import dev.mama.runtime.Words.Count;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The journal of durable agents stays short, and loses nothing that counts. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CleanerTest {

  private static final JournalOptions SEGMENTS =
      new JournalOptions("agents", 1 << 16, 1 << 17, 1L << 18);

  /** Turns that two messages from elsewhere bring about, which count down from 1 and 2. */
  private static final int FROM_FAR = 5;

  @TempDir Path folder;

  private final Wire wire = new Wire();

  /** Counts down, sending itself what is left. */
  private static final class Counter implements DurableAgent<Count> {
    private int turns;

    @Override
    public Count state() {
      return new Count(turns);
    }

    @Override
    public void restore(Count state) {
      turns = state.number();
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      switch (message.payload().type()) {
        case "Count" -> {
          turns++;
          int left = message.payload().as(Count.class).number();
          if (left > 0) {
            context.send(context.self(), Payload.of(new Count(left - 1)));
          }
        }
        case "Text" -> {
          var unused = context.schedule(Duration.ofDays(1), message.payload());
        }
        default -> context.reply(Payload.of(state()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "JOURNALLED"})
  void journal_afterManyTurns_isShort_andIdleAgentsAndTimersAreStillThere(Grade grade)
      throws Exception {
    int turns = 8 * (int) Holds.RECORDS;
    List<AgentId> idle = ids("idle", 100);
    List<AgentId> busy = ids("busy", 64);
    try (var group = group(grade)) {
      group.startAll(idle, "counter");
      group.startAll(busy, "counter");
      var client = group.client("client");
      for (AgentId id : idle) {
        client.send(id, Payload.of(new Count(2)));
      }
      client.send(idle.getFirst(), Payload.text("to come later"));
      wire.deliver(busy.getFirst(), 5, 1);
      wire.deliver(busy.getFirst(), 5, 2);
      await().until(() -> turns(group, busy.getFirst()) == FROM_FAR);
      for (AgentId id : busy) {
        client.send(id, Payload.of(new Count(turns / busy.size())));
      }
      for (AgentId id : busy) {
        await()
            .atMost(Duration.ofMinutes(2))
            .until(() -> turns(group, id) >= turns / busy.size() + 1);
      }
      await().until(() -> firstSegment() > Holds.RECORDS);
    }
    try (var group = group(grade)) {
      Resumed resumed = group.resume();
      assertThat(resumed.agents()).isEqualTo(164);
      assertThat(resumed.timers()).isEqualTo(1);
      assertThat(resumed.messages()).isZero();
      for (AgentId id : idle) {
        assertThat(turns(group, id)).isEqualTo(3);
      }
      int handled = wire.handled.size();
      wire.deliver(busy.getFirst(), 5, 1);
      wire.deliver(busy.getFirst(), 5, 2);
      await().until(() -> wire.handled.size() == handled + 2);
      for (AgentId id : busy) {
        int far = id.equals(busy.getFirst()) ? FROM_FAR : 0;
        assertThat(turns(group, id)).isEqualTo(turns / busy.size() + 1 + far);
      }
    }
  }

  private AgentGroup group(Grade grade) {
    AgentGroup group =
        AgentGroup.builder(Ledger.EXPERIMENT)
            .durable(Durability.in(folder).grade(grade).loadedAgents(100))
            .transport(wire)
            .journals(path -> Journal.open(path, SEGMENTS))
            .drainTimeout(Duration.ofMinutes(1))
            .build();
    group.define(AgentType.durable("counter", Count.class, Counter::new));
    return group;
  }

  private static int turns(AgentGroup group, AgentId id) throws InterruptedException {
    return group
        .client("asker-" + System.nanoTime())
        .ask(id, Payload.of(new Words.Go()), Words.LONG)
        .as(Count.class)
        .number();
  }

  private long firstSegment() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".journal"))
          .mapToLong(name -> Long.parseLong(name.substring(0, 20)))
          .min()
          .orElseThrow();
    }
  }

  private static List<AgentId> ids(String name, int count) {
    return IntStream.range(0, count).mapToObj(i -> AgentId.of(name + "-" + i)).toList();
  }
}
