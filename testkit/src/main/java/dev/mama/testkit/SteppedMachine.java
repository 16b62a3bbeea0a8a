package dev.mama.testkit;

import dev.mama.spi.Machine;
import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/*
 * A virtual thread is a task that its scheduler runs until it waits. The scheduler of the threads
 * made here is a list, and whoever drives the machine takes from it, by chance of a seed, and runs
 * what it took on its own thread. So there is never more than one that runs, every wait is a point
 * where another may come first, and nothing but the seed says which.
 *
 * The JDK has such a scheduler for its own tests only; it is reached by reflection, which needs
 * --add-opens java.base/java.lang=ALL-UNNAMED.
 */

/**
 * A machine that a test drives: its threads run one at a time, in an order drawn from a seed, and
 * its clock moves when all of them wait. The same seed gives the same run.
 *
 * <p>Several groups may share one. Threads that are not this machine's (a server, a broker, a pool)
 * are outside: where a turn waits for one of them, the clock does not know and moves on. A turn
 * that sleeps by the real clock is waited for.
 *
 * <p>Needs the JVM option {@value #OPTION}. Driven by one thread at a time, which must not be a
 * virtual one; otherwise thread-safe.
 */
public final class SteppedMachine implements Machine {

  /** What the test JVM must be started with. */
  public static final String OPTION = "--add-opens java.base/java.lang=ALL-UNNAMED";

  /** How long a lock is waited for that a thread outside may hold. */
  private static final Duration LOCK_PATIENCE = Duration.ofMillis(50);

  private static final int PARALLELISM = 64;

  /** After so many steps without the clock's moving, agents keep each other busy for ever. */
  private static final long MOST_STEPS = 20_000_000;

  private static final Duration REAL_PATIENCE = Duration.ofSeconds(60);

  private final long seed;
  private final Random order;
  private final Random ids;
  private final ManualTime time = new ManualTime();
  private final Executor scheduler = this::makeReady;
  private final List<Runnable> ready = new ArrayList<>(); // by its monitor
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  /** By what the JDK hands to the scheduler whenever a thread can run, the same each time. */
  private final Map<Runnable, Thread> owners = new ConcurrentHashMap<>();

  private volatile Runnable running = () -> {};

  private SteppedMachine(long seed) {
    this.seed = seed;
    this.order = new Random(seed);
    this.ids = new Random(~seed);
  }

  /**
   * A machine whose order is drawn from {@code seed}.
   *
   * @throws IllegalStateException if the JVM was started without {@value #OPTION}
   */
  public static SteppedMachine seeded(long seed) {
    var machine = new SteppedMachine(seed);
    var unused = machine.factory("probe-"); // fails here rather than within a group
    return machine;
  }

  /** What the order is drawn from. */
  public long seed() {
    return seed;
  }

  @Override
  public ManualTime time() {
    return time;
  }

  @Override
  public int parallelism() {
    return PARALLELISM; // the same on every real machine
  }

  @Override
  public ExecutorService threads(String group) {
    return Executors.newThreadPerTaskExecutor(factory(group + "-"));
  }

  @Override
  public ExecutorService processors(String group) {
    return threads(group + "-compute");
  }

  @Override
  public RandomGenerator chance() {
    return ids;
  }

  private void makeReady(Runnable thread) {
    synchronized (ready) {
      ready.add(thread);
      ready.notifyAll();
    }
  }

  private ThreadFactory factory(String prefix) {
    var numbers = new AtomicLong();
    return task -> {
      Runnable counted =
          () -> {
            Runnable self = running;
            owners.put(self, Thread.currentThread());
            try {
              task.run();
            } finally {
              owners.remove(self);
              threads.remove(Thread.currentThread());
            }
          };
      Thread thread = builder().name(prefix + numbers.getAndIncrement()).unstarted(counted);
      threads.add(thread);
      return thread;
    };
  }

  private Thread.Builder.OfVirtual builder() {
    try {
      Class<?> type = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder");
      Constructor<?> constructor = type.getDeclaredConstructor(Executor.class);
      constructor.setAccessible(true);
      return (Thread.Builder.OfVirtual) constructor.newInstance(scheduler);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException(
          "this JVM does not let a test schedule virtual threads; start it with %s (in Surefire's argLine)"
              .formatted(OPTION),
          e);
    }
  }

  /** Runs what can run now, one thread at a time, until all wait; the clock stands still. */
  public void run() {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException(
          "a stepped machine is driven by the test's own thread, not from within a turn");
    }
    for (long steps = 0; step(); steps++) {
      if (steps == MOST_STEPS) {
        throw new AssertionError(
            "the agents keep each other busy: %,d steps without waiting for the clock%s"
                .formatted(steps, waiting()));
      }
    }
  }

  private boolean step() {
    Runnable next;
    synchronized (ready) {
      if (ready.isEmpty()) {
        return false;
      }
      // Not the very one that was there first: any of them.
      next = ready.remove(order.nextInt(ready.size()));
    }
    do {
      running = next;
      next.run();
    } while (isKeptByLock(next));
    return true;
  }

  /**
   * Whether the thread that has just run met a lock that somebody outside held for a moment, such
   * as a journal's, and has got it; then it goes on as if it had been free, or the order would not
   * be the seed's alone.
   */
  private boolean isKeptByLock(Runnable ran) {
    Thread thread = owners.get(ran);
    if (thread == null || !waitsForLock(thread)) {
      return false;
    }
    long end = System.nanoTime() + LOCK_PATIENCE.toNanos();
    do {
      synchronized (ready) {
        if (ready.remove(ran)) {
          return true;
        }
      }
      awaitReady();
    } while (System.nanoTime() - end < 0);
    return false; // its holder is one of ours
  }

  private static boolean waitsForLock(Thread thread) {
    return thread.getState() == Thread.State.BLOCKED
        || String.valueOf(LockSupport.getBlocker(thread)).contains("ReentrantLock");
  }

  /**
   * Moves the clock by {@code duration}; at each moment at which something falls due it stands
   * until all threads wait again.
   *
   * @throws IllegalArgumentException if {@code duration} is negative
   */
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("time cannot go back by %s".formatted(duration.negated()));
    }
    long end = Math.addExact(time.nanos(), duration.toNanos());
    runUntilAllWait();
    while (time.runNext(end)) {
      runUntilAllWait();
    }
    time.advance(Duration.ofNanos(Math.max(0, end - time.nanos())));
  }

  /**
   * Runs until all threads wait, for what only this machine's clock or a thread outside can end.
   */
  private void runUntilAllWait() {
    long realEnd = System.nanoTime() + REAL_PATIENCE.toNanos();
    run();
    while (sleepsForReal()) {
      if (System.nanoTime() - realEnd > 0) {
        throw new AssertionError(
            "a thread waits by the real clock for more than %s%s; wait by context.time() instead"
                .formatted(REAL_PATIENCE, waiting()));
      }
      awaitReady();
      run();
    }
  }

  private boolean sleepsForReal() {
    return threads.stream().anyMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING);
  }

  private void awaitReady() {
    synchronized (ready) {
      if (ready.isEmpty()) {
        try {
          ready.wait(10);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AssertionError("interrupted while a thread slept by the real clock", e);
        }
      }
    }
  }

  /**
   * Runs until {@code done}; when all wait, moves the clock to what falls due next.
   *
   * @param limit how far the clock may move
   * @throws AssertionError if it is not done by then; it says what waits where
   */
  public void runUntil(BooleanSupplier done, Duration limit) {
    long end = Math.addExact(time.nanos(), limit.toNanos());
    runUntilAllWait();
    while (!done.getAsBoolean()) {
      if (!time.runNext(end)) {
        throw new AssertionError(
            "not done after %s of the test's clock, and nothing more falls due; what waits:%s"
                .formatted(limit, waiting()));
      }
      runUntilAllWait();
    }
  }

  /**
   * Runs {@code call} on a thread of this machine, so that it takes its turn among the others, and
   * drives until it has ended, by at most a year of the clock.
   *
   * @throws Exception what {@code call} throws
   */
  public <T> T call(Callable<T> call) throws Exception {
    var task = new FutureTask<>(call);
    factory("test-").newThread(task).start();
    runUntil(task::isDone, Duration.ofDays(365));
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw switch (e.getCause()) {
        case Exception failure -> failure;
        case Error error -> throw error;
        case null, default -> e;
      };
    }
  }

  private String waiting() {
    return threads.stream()
        .map(thread ->
            "\n%s %s%s"
                .formatted(
                    thread.getName(),
                    thread.getState(),
                    Arrays.stream(thread.getStackTrace())
                        .limit(12)
                        .map(frame -> "\n  at " + frame)
                        .collect(Collectors.joining())))
        .sorted()
        .limit(20)
        .collect(Collectors.joining());
  }
}
