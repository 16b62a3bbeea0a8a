package dev.mama.runtime;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.mama.Supervision;
import dev.mama.Supervision.Reaction;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LII_Result;
import org.openjdk.jcstress.infra.results.LI_Result;

/** Restart, stop, interruption and the end of a worker against what comes at the same time. */
public final class RuntimeStress {

  private RuntimeStress() {}

  @JCStressTest
  @Outcome(id = "ok, 2", expect = ACCEPTABLE, desc = "both agents had their turn")
  @Outcome(expect = FORBIDDEN, desc = "a wake-up was lost")
  @State
  public static class ReadyAgainstWorkerEnd {
    private final AtomicInteger handled = new AtomicInteger();
    private final Rig rig = new Rig(1); // so that one worker serves both, or ends too soon
    private final Cell left = cell("left");
    private final Cell right = cell("right");

    private Cell cell(String id) {
      return rig.cell(
          id,
          Supervision.of(Reaction.RESUME),
          () -> (message, context) -> handled.incrementAndGet());
    }

    @Actor
    public void left() {
      rig.send(left, 1);
    }

    @Actor
    public void right() {
      rig.send(right, 1);
    }

    @Arbiter
    public void end(LI_Result result) {
      result.r1 = rig.finish();
      result.r2 = handled.get();
    }
  }

  @JCStressTest
  @Outcome(
      id = "ok, 1, 2",
      expect = ACCEPTABLE,
      desc = "the other message had its turn, and the agent was made anew once")
  @Outcome(expect = FORBIDDEN, desc = "a message was lost or doubled, or the restart")
  @State
  public static class RestartAgainstArrival {
    private final AtomicInteger handled = new AtomicInteger();
    private final AtomicInteger made = new AtomicInteger();
    private final Rig rig = new Rig(2);
    private final Cell cell =
        rig.cell(
            "agent",
            Supervision.of(Reaction.RESTART),
            () -> {
              made.incrementAndGet();
              return (message, context) -> {
                if (message.id().getLeastSignificantBits() == 13) {
                  throw new IllegalStateException("poison");
                }
                handled.incrementAndGet();
              };
            });

    @Actor
    public void poison() {
      rig.send(cell, 13);
    }

    @Actor
    public void arrival() {
      rig.send(cell, 1);
    }

    @Arbiter
    public void end(LII_Result result) {
      result.r1 = rig.finish();
      result.r2 = handled.get();
      result.r3 = made.get();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"ok, 0", "ok, 1"},
      expect = ACCEPTABLE,
      desc = "handled, or buried, or refused; nothing is left over")
  @Outcome(expect = FORBIDDEN, desc = "a message that was accepted is neither handled nor buried")
  @State
  public static class OfferAgainstStop {
    private final AtomicInteger handled = new AtomicInteger();
    private final Rig rig = new Rig(2);
    private final Cell cell =
        rig.cell(
            "agent",
            Supervision.of(Reaction.RESUME),
            () -> (message, context) -> handled.incrementAndGet());

    @Actor
    public void offer() {
      rig.send(cell, 1);
    }

    @Actor
    public void stop() {
      cell.stop();
    }

    @Arbiter
    public void end(LI_Result result) {
      result.r1 = rig.finish();
      result.r2 = handled.get();
    }
  }

  @JCStressTest
  @Outcome(id = "ok, 0", expect = ACCEPTABLE, desc = "the agent after it saw no interruption")
  @Outcome(expect = FORBIDDEN, desc = "an agent was interrupted because another was stopped")
  @State
  public static class StopAgainstNextAgent {
    private final AtomicInteger interrupted = new AtomicInteger();
    private final Rig rig = new Rig(1);
    private final Cell stopped = cell("stopped");
    private final Cell next = cell("next");

    private Cell cell(String id) {
      return rig.cell(
          id,
          Supervision.of(Reaction.RESUME),
          () ->
              (message, context) -> {
                if (Thread.interrupted() && id.equals("next")) {
                  interrupted.incrementAndGet();
                }
              });
    }

    @Actor
    public void work() {
      rig.send(stopped, 1);
      rig.send(next, 2);
    }

    @Actor
    public void stop() {
      stopped.stop();
    }

    @Arbiter
    public void end(LI_Result result) {
      result.r1 = rig.finish();
      result.r2 = interrupted.get();
    }
  }

  @JCStressTest
  @Outcome(id = "ok, 0", expect = ACCEPTABLE, desc = "the next turn saw no interruption")
  @Outcome(expect = FORBIDDEN, desc = "an interruption for one turn reached the next")
  @State
  public static class InterruptAgainstTurnEnd {
    private record Running(Worker worker, long turn) {}

    private final AtomicInteger leaked = new AtomicInteger();
    private final Rig rig = new Rig(1);
    private volatile @Nullable Running running;
    private final Cell cell =
        rig.cell(
            "agent",
            Supervision.of(Reaction.RESUME),
            () ->
                (message, context) -> {
                  if (message.id().getLeastSignificantBits() == 1) {
                    Worker worker = ((Turn) context).by;
                    running = new Running(worker, worker.turn());
                  } else if (Thread.interrupted()) {
                    leaked.incrementAndGet();
                  }
                });

    @Actor
    public void twoTurns() {
      rig.send(cell, 1);
      rig.send(cell, 2);
    }

    @Actor
    public void watchdog() {
      Running found;
      for (long end = System.nanoTime() + 1_000_000_000L;
          (found = running) == null && System.nanoTime() < end; ) {
        Thread.onSpinWait();
      }
      if (found != null) {
        found.worker().interrupt(cell, found.turn());
      }
    }

    @Arbiter
    public void end(LI_Result result) {
      result.r1 = rig.finish();
      result.r2 = leaked.get();
    }
  }
}
