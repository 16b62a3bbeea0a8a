package dev.mama.runtime;

import dev.mama.runtime.Dispatcher.Ready;
import dev.mama.runtime.Dispatcher.Resumption;
import dev.mama.runtime.Inspection.Current;
import dev.mama.runtime.Outstanding.Share;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A virtual thread that runs one agent after another as long as there are any with messages. While
 * it runs a turn it holds one of the dispatcher's permits, unless that turn waits.
 */
final class Worker implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  /** So many agents in a row may come from the own slot before the common queue gets its chance. */
  private static final int LONGEST_STREAK = 64;

  /**
   * After so many agents other virtual threads get the carrier; nothing else takes it away from a
   * busy one.
   */
  private static final int YIELD_EVERY = 128;

  /** After so many messages a turn lets those go first whom it has woken. */
  private static final int SENDS = 4_096;

  /** Classes between which an agent's own code stands in a stack. */
  private static final Pattern OURS = Pattern.compile("java\\.|jdk\\.|dev\\.mama\\.runtime\\.");

  /** In place of a turn's number while that turn is being interrupted. */
  private static final long INTERRUPTING = -1;

  private static final VarHandle TURN;
  private static final VarHandle NEXT;
  private static final VarHandle LENT;
  private static final VarHandle CURRENT;

  static {
    try {
      var lookup = MethodHandles.lookup();
      TURN = lookup.findVarHandle(Worker.class, "turn", long.class);
      NEXT = lookup.findVarHandle(Worker.class, "next", Cell.class);
      LENT = lookup.findVarHandle(Worker.class, "lent", boolean.class);
      CURRENT = lookup.findVarHandle(Worker.class, "current", Cell.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Dispatcher dispatcher;
  private final Share share;
  private final int number;

  /**
   * An agent that a turn of this worker has woken; it runs next, on the same core, unless somebody
   * takes it over.
   */
  private volatile @Nullable Cell next;

  /** Whether the permit has been given back: the turn waits, or the worker ends. */
  private volatile boolean lent;

  private volatile @Nullable Thread thread;
  private volatile @Nullable Cell current;
  private volatile long
      turn; // counts turns, so that others can see whether it is still the same one

  private int sent; // by the turn, confined to its thread

  // What the watch and the watchdog saw last, each confined to its clock's thread.
  long turnSeen = -1;
  long turnTimed = -1;
  long turnTimedSinceNanos;
  boolean turnReported;

  Worker(Dispatcher dispatcher, Share share, int number) {
    this.dispatcher = dispatcher;
    this.share = share;
    this.number = number;
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    try {
      work();
    } finally {
      dispatcher.gone(this);
    }
  }

  // A virtual thread is never preempted: without yielding, busy agents would keep all others out.
  @SuppressWarnings("ThreadPriorityCheck")
  private void work() {
    int streak = 0;
    for (int done = 1; ; done++) {
      Ready ready = streak < LONGEST_STREAK ? takeNext() : null;
      streak = ready == null ? 0 : streak + 1;
      if (ready == null) {
        ready = dispatcher.poll();
      }
      if (ready == null) {
        ready = takeNext();
      }
      switch (ready) {
        case null -> {
          lendPermit();
          if (!dispatcher.hasWork() || !dispatcher.acquire()) {
            return;
          }
          gotPermit();
        }
        case Cell cell -> {
          begin(cell);
          run(cell);
          CURRENT.setRelease(this, null);
          regainPermit();
          if (dispatcher.tooMany() && lendPermit()) {
            return;
          }
        }
        case Resumption turn -> {
          if (turn.grant()) {
            lent = true; // the permit is that turn's now
            handOverNext();
            return;
          }
        }
      }
      if (done % YIELD_EVERY == 0) {
        Thread.yield();
      }
    }
  }

  // Whatever is thrown here must take neither the worker nor the agent with it.
  private void run(Cell cell) {
    try {
      cell.run(this);
    } catch (Throwable e) {
      LOG.error("agent '{}' was interrupted by an error, and goes on", cell.id, e);
      endTurn();
      dispatcher.enqueue(cell);
    }
  }

  /**
   * A turn of this worker has sent a message. After so many it lets others go first: what it sends
   * is handled while it is still in the cache, and does not pile up.
   */
  void hasSent() {
    if (++sent == SENDS) {
      sent = 0;
      dispatcher.letOthersGo(this);
    }
  }

  /** How many turns this worker has run: the number of the one it runs now. */
  long turn() {
    return turn;
  }

  /**
   * The turns of {@code cell} begin. Somebody may just be interrupting the agent before, whose
   * turns are over: that does not reach this one.
   */
  private void begin(Cell cell) {
    current = cell;
    while (turn == INTERRUPTING) {
      Thread.onSpinWait();
    }
    clearInterrupt();
  }

  private static void clearInterrupt() {
    if (Thread.currentThread().isInterrupted()) {
      var unused = Thread.interrupted();
    }
  }

  /**
   * The turn is over: from here on nobody can interrupt it, and an interrupt that it got does not
   * reach the next.
   */
  void endTurn() {
    sent = 0;
    long now = turn;
    while (now == INTERRUPTING || !TURN.compareAndSet(this, now, now + 1)) {
      Thread.onSpinWait(); // somebody else is between two writes of this field
      now = turn;
    }
    clearInterrupt();
  }

  /**
   * Interrupts turn number {@code wanted} of {@code cell}, and surely no other one; false if it is
   * over.
   */
  void interrupt(Cell cell, long wanted) {
    if (wanted == INTERRUPTING || !TURN.compareAndSet(this, wanted, INTERRUPTING)) {
      return;
    }
    Thread running = thread;
    if (current == cell && running != null) {
      running.interrupt();
    }
    turn = wanted;
  }

  /** What this worker is doing, if it runs a turn; for a person. */
  Optional<Current> inspect() {
    Cell cell = current;
    Thread running = thread;
    if (cell == null || running == null) {
      return Optional.empty();
    }
    String at =
        Arrays.stream(running.getStackTrace())
            .filter(frame -> !OURS.matcher(frame.getClassName()).lookingAt())
            .findFirst()
            .map(frame -> "at " + frame)
            .orElse("");
    return Optional.of(new Current(cell.id, cell.type(), lent, at));
  }

  @Nullable Cell current() {
    return current;
  }

  @Nullable Thread thread() {
    return thread;
  }

  boolean isWaiting() {
    return lent;
  }

  /** By number, so that whoever looks at all workers does so in the same order in each run. */
  @Override
  public int hashCode() {
    return number;
  }

  /** Where this worker counts its messages. */
  Share share() {
    return share;
  }

  /** Keeps {@code cell} to be run next, if nothing else is. */
  boolean keep(Cell cell) {
    return NEXT.compareAndSet(this, null, cell);
  }

  private @Nullable Cell takeNext() {
    return next == null ? null : (Cell) NEXT.getAndSet(this, null);
  }

  /** Lets others run what this worker has kept for itself. */
  void handOverNext() {
    Cell cell = takeNext();
    if (cell != null) {
      dispatcher.enqueue(cell);
    }
  }

  /**
   * Gives the permit back: the turn waits from now on, or the worker ends. Called by the turn, or
   * by the watch on its behalf; false if that was done before.
   */
  boolean lendPermit() {
    if (!LENT.compareAndSet(this, false, true)) {
      return false;
    }
    dispatcher.release();
    handOverNext();
    return true;
  }

  /** The turn goes on with a permit that it was given. */
  void gotPermit() {
    lent = false;
  }

  /**
   * The turn goes on, or is over; there may be one worker too many now, which ends after its turn.
   */
  void regainPermit() {
    if (lent) {
      dispatcher.acquireAnyway();
      lent = false;
    }
  }

  /**
   * A wait within a turn begins: the permit of {@code worker}, if a turn waits at all, serves
   * others until {@link #goesOn}.
   *
   * @throws dev.mama.TooManyTurnsException if too many wait already; this one goes on
   */
  static void waits(@Nullable Worker worker) {
    if (worker != null) {
      worker.dispatcher.checkWaiting();
      worker.lendPermit();
    }
  }

  /** As {@link #waits}, of a turn that is over: it waits however many do. */
  static void waitsSurely(@Nullable Worker worker) {
    if (worker != null) {
      worker.lendPermit();
    }
  }

  /** The wait is over. */
  static void goesOn(@Nullable Worker worker) {
    if (worker != null) {
      worker.regainPermit();
    }
  }
}
