package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.Payload;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.Time;
import dev.mama.spi.Machine;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is written of a durable agent that is stopped for good. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DurableStopTest {

  private static final AgentId ANNA = AgentId.of("anna");

  @TempDir Path folder;

  /** Does at once, on the same thread, what a group would have another thread do. */
  private static final class AtOnce extends AbstractExecutorService {
    private final ExecutorService workers;

    AtOnce(ExecutorService workers) {
      this.workers = workers;
    }

    @Override
    public void execute(Runnable task) {
      if (task instanceof Worker) {
        workers.execute(task);
      } else {
        task.run();
      }
    }

    @Override
    public void shutdown() {
      workers.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
      return workers.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
      return workers.isShutdown();
    }

    @Override
    public boolean isTerminated() {
      return workers.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
      return workers.awaitTermination(timeout, unit);
    }
  }

  private static final class DoesAtOnce implements Machine {
    private final Machine real = RealMachine.INSTANCE;

    @Override
    public Time time() {
      return real.time();
    }

    @Override
    public int parallelism() {
      return real.parallelism();
    }

    @Override
    public ExecutorService threads(String group) {
      return new AtOnce(real.threads(group));
    }

    @Override
    public ExecutorService processors(String group) {
      return real.processors(group);
    }

    @Override
    public RandomGenerator chance() {
      return real.chance();
    }
  }

  @Test
  void successorUnderTheSameId_startedByWhoeverIsTold_isThereAgainAfterResuming() throws Exception {
    var started = new AtomicReference<AgentGroup>();
    try (var group =
        Ledger.group(folder)
            .machine(new DoesAtOnce())
            .escalation((agent, cause) -> {
              try {
                started.get().start(agent, "ledger");
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            })
            .build()) {
      started.set(group);
      group.define(Ledger.type().supervised(Supervision.of(Reaction.ESCALATE)));
      group.start(ANNA, "ledger");
      group.client("client").send(ANNA, Payload.of(new Ledger.Fail(1, "")));
      await().until(() -> group.inspect().unfinished() == 0);
      assertThat(group.inspect().agents()).isEqualTo(1);
    }
    try (var group = Ledger.open(folder)) {
      assertThat(group.inspect().agents()).isEqualTo(1);
      assertThat(Ledger.numbers(group, ANNA)).isEmpty();
    }
  }
}
