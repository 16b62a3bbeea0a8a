package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Payload;
import dev.mama.StepAgent;
import dev.mama.Time;
import dev.mama.runtime.Words.Count;
import dev.mama.spi.Machine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What happens in steps follows from the seed alone, whatever runs first and on how much. */
class StepsOrderTest {

  private static final int AGENTS = 40;
  private static final int STEPS = 30;

  /** The real machine with so many threads. */
  private record Threads(int parallelism) implements Machine {
    @Override
    public Time time() {
      return RealMachine.INSTANCE.time();
    }

    @Override
    public ExecutorService threads(String group) {
      return RealMachine.INSTANCE.threads(group);
    }

    @Override
    public ExecutorService processors(String group) {
      return RealMachine.INSTANCE.processors(group);
    }

    @Override
    public RandomGenerator chance() {
      return RealMachine.INSTANCE.chance();
    }
  }

  private static Set<AgentId> senders(int agent) {
    var random = new SplittableRandom(agent);
    var senders = new TreeSet<AgentId>();
    while (senders.size() < 4) {
      senders.add(id("a" + random.nextInt(AGENTS)));
    }
    return senders;
  }

  /**
   * Runs a small world whose agents pass on a mixture of what they read and of chance.
   *
   * @param skew 1 is a barrier
   * @return the log: agent after agent, step after step
   */
  private static byte[] log(int threads, int skew, boolean linked, long seed) throws Exception {
    var log = new ByteArrayOutputStream();
    Map<AgentId, String> lines = new ConcurrentHashMap<>();
    try (AgentGroup group =
        AgentGroup.builder(EXPERIMENT).seed(seed).machine(new Threads(threads)).build()) {
      var steps =
          Steps.in(
              group,
              skew,
              (step, agent) ->
                  log.writeBytes(
                      (step + " " + lines.remove(id(agent.value() + "." + step)) + "\n")
                          .getBytes(StandardCharsets.UTF_8)));
      steps.define(AgentType.perId("a", agent -> agent(agent, lines)));
      for (int i = 0; i < AGENTS; i++) {
        if (linked) {
          steps.start(id("a" + i), "a", senders(i));
        } else {
          steps.start(id("a" + i), "a");
        }
      }
      steps.run(STEPS / 2);
      steps.run(STEPS - STEPS / 2);
    }
    return log.toByteArray();
  }

  private static StepAgent agent(AgentId self, Map<AgentId, String> lines) {
    var receivers = new TreeSet<AgentId>();
    for (int i = 0; i < AGENTS; i++) {
      if (senders(i).contains(self)) {
        receivers.add(id("a" + i));
      }
    }
    return (step, input, context) -> {
      int sum = context.random().nextInt(1_000);
      var line = new StringBuilder(self + " draws " + sum);
      for (var message : input) {
        int number = message.payload().as(Count.class).number();
        line.append(' ').append(message.from()).append('=').append(number);
        sum = sum * 31 + number; // depends on the order
      }
      // How long it takes is nobody's business.
      if (ThreadLocalRandom.current().nextInt(8) == 0) {
        context.time().sleep(Duration.ofNanos(ThreadLocalRandom.current().nextInt(1_000_000)));
      }
      for (AgentId to : receivers) {
        context.send(to, Payload.of(new Count(sum)));
        context.send(to, Payload.of(new Count(-sum)));
      }
      lines.put(id(self + "." + step), line.toString());
    };
  }

  @Test
  void log_isTheSame_underBarrierAndDependency_onOneThreadAndMore() throws Exception {
    byte[] barrier = log(2, 1, false, 7);
    assertThat(new String(barrier, StandardCharsets.UTF_8).lines()).hasSize(AGENTS * STEPS);
    for (int threads : new int[] {1, 2, 8}) {
      for (int skew : new int[] {1, 2, 16}) {
        assertThat(log(threads, skew, true, 7))
            .as("%d threads, skew %d".formatted(threads, skew))
            .isEqualTo(barrier);
      }
    }
    assertThat(log(2, 16, true, 8)).as("another seed").isNotEqualTo(barrier);
  }
}
