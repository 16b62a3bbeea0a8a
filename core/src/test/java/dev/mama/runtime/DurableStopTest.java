package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.MamaException;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import dev.mama.Time;
import dev.mama.spi.Machine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  @ParameterizedTest
  @EnumSource
  void group_closedWhileAQuestionIsHandled_keepsItsAgent(Reaction reaction) throws Exception {
    var stuck = new Words.Gate();
    try (var group = Ledger.group(folder).build()) {
      group.define(Ledger.type());
      group.start(ANNA, "ledger");
      group.client("client").send(ANNA, Payload.of(new Ledger.Entry(1, "")));
    }
    FutureTask<List<Integer>> asked;
    try (var group = Ledger.group(folder).drainTimeout(Duration.ofMillis(50)).build()) {
      group.define(
          AgentType.durablePerId("ledger", Ledger.Book.class, id -> new Stuck(stuck))
              .supervised(Supervision.of(reaction)));
      var unused = group.resume();
      asked = new FutureTask<>(() -> Ledger.numbers(group, ANNA));
      Thread.ofVirtual().start(asked);
      Words.await(stuck.begun);
    }
    assertThatThrownBy(asked::get).hasCauseInstanceOf(MamaException.class);
    try (var group = Ledger.open(folder)) {
      assertThat(group.inspect().agents()).isEqualTo(1);
      assertThat(Ledger.numbers(group, ANNA)).containsExactly(1);
    }
  }

  /** Waits in its turn until it is interrupted. */
  private record Stuck(Words.Gate gate) implements DurableAgent<Ledger.Book> {
    @Override
    public Ledger.Book state() {
      return new Ledger.Book(List.of());
    }

    @Override
    public void restore(Ledger.Book book) {}

    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      gate.onMessage(message, context);
    }
  }
}
