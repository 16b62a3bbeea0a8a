package dev.mama.runtime;

import dev.mama.TooManyTurnsException;
import dev.mama.runtime.Inspection.Current;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/*
 * Why not a virtual thread for each activation? Starting one costs more than a short turn. And why
 * not a fixed pool? Agent code may block. So: a few workers, virtual threads that go from agent to
 * agent, one permit each, as many as there are cores. A turn that waits gives its permit back, and
 * another worker starts in its place if there is work. Waits that go through the context say so
 * themselves; of others (a sleep, a lock, a client's own wait) a watch finds out by looking at the
 * workers' threads every two milliseconds while agents are ready and nobody has a permit for them.
 *
 * An agent that a turn wakes is kept in the worker's own slot: it runs next, with no queue and no
 * thread woken in between, which is what a conversation of two is made of. The watch takes it away
 * from a worker whose turn goes on for longer than a tick.
 *
 * No wake-up is lost: whoever puts an agent into the queue looks for a free permit afterwards;
 * whoever gives a permit up looks into the queue afterwards.
 */

/**
 * Lets agents with messages run: as many at a time as there are cores, waiting ones not counted.
 */
final class Dispatcher {

  /** What waits for a permit. */
  sealed interface Ready permits Cell, Resumption {}

  /** A turn in the middle, which has let others go first. */
  static final class Resumption implements Ready {
    private final Thread thread;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    private enum State {
      WAITING,
      GRANTED,
      LEFT
    }

    Resumption(Thread thread) {
      this.thread = thread;
    }

    /** Passes a permit on to the turn; false if it does not wait for one any more. */
    boolean grant() {
      boolean granted = state.compareAndSet(State.WAITING, State.GRANTED);
      if (granted) {
        LockSupport.unpark(thread);
      }
      return granted;
    }

    /** Waits for the permit; one that is interrupted goes on without waiting. */
    void await(Worker worker) {
      while (state.get() == State.WAITING) {
        LockSupport.park(this);
        if (thread.isInterrupted() && state.compareAndSet(State.WAITING, State.LEFT)) {
          worker.regainPermit();
          return;
        }
      }
      worker.gotPermit();
    }
  }

  private static final Duration TICK = Duration.ofMillis(2);
  private static final int QUIET_TICKS = 50;

  private final int permits;
  private final Queue<Ready> ready = new ConcurrentLinkedQueue<>();
  private final Set<Worker> workers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicBoolean watching = new AtomicBoolean();
  private final int waitingTurns;
  private final Outstanding outstanding;
  private final Executor threads;
  private final Schedule watch;
  private final AtomicInteger started = new AtomicInteger();
  private int quietTicks; // the watch's own

  /**
   * @param threads starts a virtual thread for each task
   * @param watch what the watch over waiting turns goes by: the machine's time, whatever the
   *     group's is, for these waits are the machine's
   * @param permits how many turns may run at once
   * @param waitingTurns how many may wait
   */
  Dispatcher(
      Outstanding outstanding, Executor threads, Schedule watch, int permits, int waitingTurns) {
    this.waitingTurns = waitingTurns;
    this.outstanding = outstanding;
    this.permits = permits;
    this.threads = threads;
    this.watch = watch;
  }

  /** How many workers there are, waiting ones included. */
  int workers() {
    return workers.size();
  }

  /** How many turns run, waiting ones not counted. */
  int running() {
    return running.get();
  }

  /** How many turns wait; a figure for people, counted while others change it. */
  int waiting() {
    return Math.max(0, workers.size() - running.get());
  }

  /**
   * @throws TooManyTurnsException if as many turns wait as may
   */
  void checkWaiting() {
    if (waiting() >= waitingTurns) {
      throw new TooManyTurnsException(waitingTurns);
    }
  }

  /** Interrupts the turn of {@code cell}, if one runs. */
  void interrupt(Cell cell) {
    for (Worker worker : workers) {
      long turn = worker.turn();
      if (worker.current() == cell) {
        worker.interrupt(cell, turn);
      }
    }
  }

  /** Some of the turns, at most {@code most}. */
  List<Current> turns(int most) {
    return workers.stream().limit(most).map(Worker::inspect).flatMap(Optional::stream).toList();
  }

  /**
   * Lets {@code cell} run.
   *
   * @param by the worker whose turn has woken it, or null
   */
  void ready(Cell cell, @Nullable Worker by) {
    if (by != null && !by.isWaiting() && by.keep(cell)) {
      watch();
      return;
    }
    enqueue(cell);
  }

  void enqueue(Cell cell) {
    ready.add(cell);
    startWorker();
  }

  @Nullable Ready poll() {
    return ready.poll();
  }

  /**
   * Lets whatever is ready now run before the turn of {@code worker} goes on: it joins the line
   * behind them without a permit, and gets one back when its turn has come. Called by that turn.
   */
  void letOthersGo(Worker worker) {
    worker.handOverNext();
    if (ready.isEmpty() || worker.isWaiting()) {
      return;
    }
    var resumption = new Resumption(Thread.currentThread());
    ready.add(resumption);
    worker.lendPermit();
    resumption.await(worker);
  }

  private void startWorker() {
    if (acquire()) {
      var worker = new Worker(this, outstanding.take(), started.getAndIncrement());
      workers.add(worker);
      try {
        threads.execute(worker);
      } catch (RejectedExecutionException e) {
        // The group has closed: whoever still runs takes what is ready.
        gone(worker);
        running.decrementAndGet();
      }
    } else {
      watch();
    }
  }

  /** Takes a permit, if one is free. */
  boolean acquire() {
    int now;
    do {
      now = running.get();
      if (now >= permits) {
        return false;
      }
    } while (!running.compareAndSet(now, now + 1));
    return true;
  }

  /** Takes a permit for a turn that runs again, also where there is none left. */
  void acquireAnyway() {
    running.incrementAndGet();
  }

  /** Gives a permit back, and lets another worker have it if there is work. */
  void release() {
    running.decrementAndGet();
    if (!ready.isEmpty()) {
      startWorker();
    }
  }

  boolean hasWork() {
    return !ready.isEmpty();
  }

  /** Whether more turns run than there are permits, because turns that had waited go on. */
  boolean tooMany() {
    return running.get() > permits;
  }

  void gone(Worker worker) {
    workers.remove(worker);
    outstanding.giveBack(worker.share());
  }

  /**
   * Tells {@code overdue} of each turn that it has not told of before and that has lasted longer
   * than its agent may.
   *
   * @param now on the group's clock, in nanoseconds
   */
  void checkTurns(long now, BiConsumer<Worker, Cell> overdue) {
    for (Worker worker : workers) {
      long turn = worker.turn();
      Cell cell = worker.current();
      if (cell == null || turn != worker.turnTimed) {
        worker.turnTimed = turn;
        worker.turnTimedSinceNanos = now;
        worker.turnReported = false;
      } else if (!worker.turnReported
          && now - worker.turnTimedSinceNanos >= cell.supervision().turnLimit().toNanos()) {
        worker.turnReported = true;
        overdue.accept(worker, cell);
      }
    }
  }

  private void watch() {
    if (!watching.get() && watching.compareAndSet(false, true)) {
      quietTicks = 0;
      scheduleTick();
    }
  }

  private void scheduleTick() {
    var unused =
        watch.once(
            TICK,
            () -> {
              tick();
              return true;
            });
  }

  /**
   * Takes permits away from turns that wait without saying so, and kept agents from turns that take
   * long.
   */
  private void tick() {
    boolean quiet = ready.isEmpty();
    for (Worker worker : workers) {
      long turn = worker.turn();
      if (!worker.isWaiting() && worker.current() != null && turn == worker.turnSeen) {
        worker.handOverNext();
        if (isBlocked(worker.thread())) {
          worker.lendPermit();
        }
      }
      quiet &= turn == worker.turnSeen;
      worker.turnSeen = turn;
    }
    quietTicks = quiet ? quietTicks + 1 : 0;
    if (quietTicks < QUIET_TICKS) {
      scheduleTick();
      return;
    }
    watching.set(false);
    if (!ready.isEmpty()) {
      watch();
    }
  }

  private static boolean isBlocked(@Nullable Thread thread) {
    return thread != null
        && switch (thread.getState()) {
          case BLOCKED, WAITING, TIMED_WAITING -> true;
          default -> false;
        };
  }
}
