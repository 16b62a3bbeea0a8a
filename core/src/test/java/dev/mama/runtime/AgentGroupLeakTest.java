package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.runtime.Words.Go;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A closed group leaves nothing behind: agents, schedules that were still to come, threads. A tenth
 * of a million agents by default; {@code -Dmama.leak.agents=1000000} for all of it.
 */
class AgentGroupLeakTest {

  private static final Logger LOG = LoggerFactory.getLogger(AgentGroupLeakTest.class);
  private static final int AGENTS = Integer.getInteger("mama.leak.agents", 100_000);
  private static final int AT_ONCE = 1_000;
  private static final long FLAT_BYTES = 4L << 20;

  private static AgentGroup group() {
    var group = AgentGroup.builder(EXPERIMENT).drainTimeout(LONG).build();
    group.define(
        AgentType.of(
            "planner",
            () ->
                (message, context) -> {
                  context.schedule(Duration.ofDays(1), message.payload());
                  context.scheduleEvery(Duration.ofDays(1), message.payload());
                  context.join("planners");
                  context.reply(message.payload());
                }));
    return group;
  }

  private static List<AgentId> ids(int count) {
    return IntStream.range(0, count).mapToObj(i -> Words.id("agent-" + i)).toList();
  }

  private static long usedBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static WeakReference<AgentGroup> openUseAndClose() throws InterruptedException {
    List<AgentId> ids = ids(AT_ONCE);
    try (var group = group()) {
      group.startAll(ids, "planner");
      Sender client = group.client("client");
      for (int i = 0; i < AT_ONCE; i += 10) {
        client.ask(ids.get(i), Payload.of(new Go()), LONG);
      }
      return new WeakReference<>(group);
    }
  }

  @Test
  void groups_openedAndClosed_leaveMemoryFlat() throws Exception {
    int rounds = AGENTS / AT_ONCE;
    WeakReference<AgentGroup> last = openUseAndClose();
    for (int round = 0; round < rounds / 10; round++) {
      last = openUseAndClose();
    }
    long early = usedBytes();
    for (int round = 0; round < rounds; round++) {
      last = openUseAndClose();
    }
    long late = usedBytes();
    LOG.info("{} agents opened and closed: heap {} KiB more", AGENTS, (late - early) >> 10);
    assertThat(late - early)
        .as("bytes kept by %,d agents that are gone", AGENTS)
        .isLessThan(FLAT_BYTES);
    for (int i = 0; i < 50 && last.get() != null; i++) {
      System.gc();
    }
    assertThat(last.get()).as("the last closed group").isNull();
  }

  @Test
  void close_manyAgentsInOneGroup_ends() throws Exception {
    var group = group();
    long start = System.nanoTime();
    group.startAll(ids(AGENTS), "planner");
    long started = System.nanoTime();
    group.close();
    long closed = System.nanoTime();
    LOG.info(
        "{} agents in one group: started in {} ms, closed in {} ms",
        AGENTS,
        (started - start) / 1_000_000,
        (closed - started) / 1_000_000);
  }
}
