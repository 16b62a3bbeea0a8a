package dev.mama.runtime;

import dev.mama.Agent;
import dev.mama.AgentId;
import dev.mama.GroupClosedException;
import dev.mama.spi.Envelope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A started agent: its mailbox, and at most one thread that takes messages out of it.
 *
 * <p>An idle agent has no thread. A message into an idle agent's mailbox starts a virtual thread,
 * which handles up to {@link #BATCH} messages and then makes room for other agents by handing the
 * rest to a new one.
 */
final class Cell {

  /** Messages one activation handles before other agents get their chance. */
  private static final int BATCH = 64;

  final AgentId id;
  final Agent agent;
  final Outbox outbox;
  final RandomGenerator random;

  private final LinkedBlockingQueue<Envelope> mailbox;
  private final AtomicBoolean active = new AtomicBoolean();
  private final String group;
  private final Executor executor;
  private final BiConsumer<Cell, Envelope> turn;
  private volatile @Nullable Thread thread;
  private volatile boolean stopped;

  /**
   * @param turn handles one message; throws nothing
   */
  Cell(
      Agent agent,
      Outbox outbox,
      GroupOptions options,
      Executor executor,
      BiConsumer<Cell, Envelope> turn) {
    this.id = outbox.self();
    this.agent = agent;
    this.outbox = outbox;
    this.random = new SplittableRandom(options.seed() ^ hash(id.value()));
    this.mailbox = new LinkedBlockingQueue<>(options.mailboxCapacity());
    this.group = options.name();
    this.executor = executor;
    this.turn = turn;
  }

  /**
   * Takes {@code envelope} over if there is room now.
   *
   * @throws GroupClosedException if the cell has been stopped
   */
  boolean offer(Envelope envelope) {
    checkRunning();
    boolean taken = mailbox.offer(envelope);
    if (taken) {
      activate();
    }
    return taken;
  }

  /**
   * Takes {@code envelope} over, waiting for room at most {@code limit}.
   *
   * @throws GroupClosedException if the cell has been stopped
   */
  boolean offer(Envelope envelope, Duration limit) throws InterruptedException {
    checkRunning();
    boolean taken = mailbox.offer(envelope, limit.toNanos(), TimeUnit.NANOSECONDS);
    if (taken) {
      activate();
    }
    return taken;
  }

  /**
   * Takes nothing over any more, interrupts the turn that is running, if any, and takes out what
   * was not handled. Once the executor has ended, a second call takes out what came in between.
   */
  List<Envelope> stop() {
    stopped = true;
    var left = new ArrayList<Envelope>();
    mailbox.drainTo(left);
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
    return left;
  }

  private void activate() {
    if (active.compareAndSet(false, true)) {
      try {
        executor.execute(this::drain);
      } catch (RejectedExecutionException e) {
        stopped = true; // the group is closing, and takes out what is left
      }
    }
  }

  private void checkRunning() {
    if (stopped) {
      throw new GroupClosedException(group);
    }
  }

  private void drain() {
    thread = Thread.currentThread();
    Envelope envelope;
    for (int i = 0; i < BATCH && (envelope = mailbox.poll()) != null; i++) {
      turn.accept(this, envelope);
    }
    thread = null;
    active.set(false);
    if (!mailbox.isEmpty()) {
      activate();
    }
  }

  /** FNV-1a, 64 bits: spreads ids that differ in their last character. */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
