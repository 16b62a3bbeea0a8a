package dev.mama.runtime;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.GroupClosedException;
import dev.mama.Supervision;
import dev.mama.Time;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** The parts of a group that run one agent, light enough to be made by the hundred thousand. */
final class Rig {

  private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Long, because a busy machine may leave a thread alone for seconds. */
  static final Duration PATIENCE =
      Duration.ofSeconds(Integer.getInteger("stress.patience.seconds", 60));

  private static final CompositeMeterRegistry NO_METERS = new CompositeMeterRegistry();
  private static final Incarnations INCARNATIONS =
      new Incarnations(Time.system(), RealMachine.INSTANCE.chance());
  private static final GroupOptions OPTIONS =
      AgentGroup.builder(ExperimentId.of("stress"))
          .meters(NO_METERS)
          .mailboxCapacity(16)
          .overflowBytes(0)
          .sendTimeout(MINUTE)
          .options();

  private final Outstanding outstanding = new Outstanding(INCARNATIONS);
  private final Schedule schedule = new Schedule(Time.system());
  private final Router router;
  private final Turns turns;

  Rig(int permits) {
    var recorder = new Recorder(OPTIONS, THREADS);
    router = new Router(OPTIONS, recorder, INCARNATIONS, outstanding, THREADS, schedule);
    turns =
        new Turns(
            OPTIONS,
            router,
            recorder,
            INCARNATIONS,
            outstanding,
            new Dispatcher(outstanding, THREADS, schedule, permits, OPTIONS.waitingTurns()),
            schedule,
            THREADS);
  }

  Cell cell(String id, Supervision supervision, Supplier<Agent> factory) {
    var type = AgentType.of("stressed", factory).supervised(supervision);
    return new Cell(AgentId.of(id), type, turns);
  }

  /** Sends message number {@code number}; false if the agent is stopped. */
  boolean send(Cell to, int number) {
    try {
      router.deliver(to, Desk.letter(1, number), null);
      return true;
    } catch (GroupClosedException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Waits until all messages are finished; says {@code ok}, or {@code stuck} when patience ends.
   */
  String finish() {
    for (long end = System.nanoTime() + PATIENCE.toNanos(); outstanding.count() > 0; ) {
      if (System.nanoTime() > end) {
        return "stuck";
      }
      Thread.onSpinWait();
    }
    schedule.close();
    return "ok";
  }
}
