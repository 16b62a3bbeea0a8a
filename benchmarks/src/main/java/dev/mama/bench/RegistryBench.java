package dev.mama.bench;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.Rating;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.bench.compare.LockedTrust;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * How many pieces of evidence does the ledger take per second from 1, 10 and 50 clients at once,
 * over few and many agents that it knows already, beside a task per message and one lock? Every
 * piece is checked evidence, which moves its subject and its rater; afterwards all of it must be
 * there. Latencies are those of every 64th call. Ours and the lock are measured in turn, three
 * times; the middle one counts.
 */
final class RegistryBench implements Bench {

  private static final int[] AGENTS = {10, 100, 1_000, 5_000, 1_000_000};
  private static final int[] QUICK_AGENTS = {10, 1_000, 5_000};
  private static final int[] CLIENTS = {1, 10, 50};
  private static final int MOST = AGENTS[AGENTS.length - 1];
  private static final int TYPICAL = 5_000;
  private static final int CROWD = 50;
  private static final int SAMPLED = 64;

  /** So long that nothing is forgotten while measuring, and the evidence can be counted. */
  private static final Duration HALF_LIFE = Duration.ofDays(36_500);

  private static final Trace TRACE = new Trace(1, 2, 3);
  private static final Rating RATING = new Rating(0.75, true, Duration.ofMillis(100));

  @Override
  public String name() {
    return "registry";
  }

  @Override
  public String question() {
    return "How many trust updates per second does the ledger take, beside one lock, and on disk?";
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    int messages = options.size().of(1_000_000, 250_000, 3_200);
    AgentId[] agents =
        IntStream.range(0, options.size().of(MOST, MOST, TYPICAL))
            .mapToObj(i -> AgentId.of("agent-" + i))
            .toArray(AgentId[]::new);
    int[] sizes = options.size().of(AGENTS, QUICK_AGENTS, new int[] {TYPICAL});
    int rounds = options.size().of(3, 3, 1);
    long steps = (long) rounds * sizes.length * CLIENTS.length;
    long done = 0;
    var figures = new ArrayList<Figure>();
    ours(agents, TYPICAL, CROWD, messages, options.seed()); // warms up
    locked(agents, TYPICAL, CROWD, messages, options.seed());
    for (int size : sizes) {
      for (int clients : CLIENTS) {
        var ours = new ArrayList<Run>();
        var locked = new ArrayList<Run>();
        for (int round = 0; round < rounds; round++) {
          progress.at(done++, steps, "%,d agents, %d clients".formatted(size, clients));
          ours.add(ours(agents, size, clients, messages, options.seed() + round));
          locked.add(locked(agents, size, clients, messages, options.seed() + round));
        }
        String name = "registry.%d.clients%d".formatted(size, clients);
        figures.addAll(median(ours).figures(name));
        figures.addAll(median(locked).figures(name + ".locked"));
        if (size == TYPICAL && clients == CROWD) {
          figures.add(
              Figure.of("registry.memory.rate", median(ours).rate(), "1/s", messages)
                  .atLeast(2_000_000));
        }
      }
    }
    progress.at(done, steps, "on disk");
    figures.addAll(new LedgerRates(agents, options.seed(), options.size()).run());
    figures.addAll(bytes(agents));
    return figures;
  }

  private static Run median(List<Run> runs) {
    return runs.stream()
        .sorted(Comparator.comparingDouble(Run::rate))
        .toList()
        .get(runs.size() / 2);
  }

  /** What one client does for its message number {@code i}; adds its time to {@code samples}. */
  private interface Client {
    void send(int i, AgentId rater, AgentId subject, Samples samples) throws InterruptedException;

    /** Waits for what is still on its way. */
    default void finish() throws InterruptedException {}
  }

  record Run(long messages, long taken, double seconds, Samples samples) {

    double rate() {
      return messages / seconds;
    }

    List<Figure> figures(String name) {
      return List.of(
          Figure.of(name + ".rate", rate(), "1/s", messages),
          Figure.of(name + ".p50", samples.quantile(0.5) / 1e3, "us", samples.size()),
          Figure.of(name + ".p99", samples.quantile(0.99) / 1e3, "us", samples.size()),
          Figure.of(name + ".lost", (double) (messages - taken), "count", messages).exactly(0));
    }
  }

  static Run ours(AgentId[] agents, int size, int clients, int messages, long seed)
      throws InterruptedException {
    Time time = Time.system();
    var ledger = InMemoryTrustLedger.create(HALF_LIFE, time);
    for (int i = 0; i < size; i++) {
      ledger.record(evidence(agents[(i + 1) % size], agents[i], time));
    }
    Client client =
        (number, rater, subject, samples) -> {
          if (number % SAMPLED == 0) {
            long start = System.nanoTime();
            ledger.record(evidence(rater, subject, time));
            samples.add(System.nanoTime() - start);
          } else {
            ledger.record(evidence(rater, subject, time));
          }
        };
    return drive(
        Collections.nCopies(clients, client),
        agents,
        size,
        messages,
        seed,
        () -> Math.round(evidence(ledger, agents, size)) - size);
  }

  private static Evidence evidence(AgentId rater, AgentId subject, Time time) {
    return new Evidence.Checked(rater, subject, RATING, RATING, time.now(), TRACE);
  }

  private static double evidence(InMemoryTrustLedger ledger, AgentId[] agents, int size) {
    return Arrays.stream(agents, 0, size).mapToDouble(it -> ledger.standing(it).evidence()).sum();
  }

  private static Run locked(AgentId[] agents, int size, int clients, int messages, long seed)
      throws InterruptedException {
    try (var trust = new LockedTrust(clients, Arrays.asList(agents).subList(0, size))) {
      List<Client> all =
          IntStream.range(0, clients).<Client>mapToObj(i -> new LockedClient(trust)).toList();
      return drive(all, agents, size, messages, seed, trust::taken);
    }
  }

  /** Keeps 64 messages under way, so that the pool never waits for it; times the first of them. */
  private static final class LockedClient implements Client {
    private final LockedTrust trust;
    private final List<Future<?>> underWay = new ArrayList<>();
    private long sentNanos;
    private volatile long takenNanos;

    LockedClient(LockedTrust trust) {
      this.trust = trust;
    }

    @Override
    public void send(int i, AgentId rater, AgentId subject, Samples samples)
        throws InterruptedException {
      Runnable then = () -> {};
      if (underWay.isEmpty()) {
        sentNanos = System.nanoTime();
        then = () -> takenNanos = System.nanoTime();
      }
      underWay.add(trust.submit(subject, RATING.quality(), then));
      if (underWay.size() == SAMPLED) {
        finish();
        samples.add(takenNanos - sentNanos);
      }
    }

    @Override
    public void finish() throws InterruptedException {
      for (Future<?> each : underWay) {
        await(each);
      }
      underWay.clear();
    }
  }

  /**
   * Lets all clients send at once, each its part of {@code messages}; {@code taken} tells
   * afterwards how many of them are there.
   */
  private static Run drive(
      List<Client> clients, AgentId[] agents, int size, int messages, long seed, LongSupplier taken)
      throws InterruptedException {
    int each = messages / clients.size();
    var perClient = new ArrayList<Samples>();
    var start = new CountDownLatch(1);
    var runs = new ArrayList<Future<?>>();
    long begun;
    try (var pool = Executors.newFixedThreadPool(clients.size())) {
      for (Client client : clients) {
        var samples = new Samples();
        var random = new SplittableRandom(seed + perClient.size());
        perClient.add(samples);
        runs.add(
            pool.submit(() -> {
              start.await();
              for (int i = 0; i < each; i++) {
                int rater = random.nextInt(size);
                int subject = (rater + random.nextInt(1, size)) % size;
                client.send(i, agents[rater], agents[subject], samples);
              }
              client.finish();
              return null;
            }));
      }
      begun = System.nanoTime();
      start.countDown();
      for (Future<?> run : runs) {
        await(run);
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    return new Run(
        (long) each * clients.size(), taken.getAsLong(), seconds, Samples.all(perClient));
  }

  private static void await(Future<?> future) throws InterruptedException {
    try {
      future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a trust update failed", e.getCause());
    }
  }

  /** Heap that ledger and registry take per agent, besides ids and cards. */
  private static List<Figure> bytes(AgentId[] agents) {
    double ledger =
        bytes(() -> {
          var filled = InMemoryTrustLedger.create(HALF_LIFE, Time.system());
          for (int i = 0; i < agents.length; i++) {
            filled.record(evidence(agents[(i + 1) % agents.length], agents[i], Time.system()));
          }
          return filled;
        });
    List<AgentCard> cards =
        Arrays.stream(agents)
            .map(agent -> new AgentCard(agent, "plumbing", "repairs dripping taps"))
            .toList();
    double registry =
        bytes(() -> {
          var filled = InMemoryRegistry.create();
          cards.forEach(filled::register);
          return filled;
        });
    return List.of(
        Figure.of("registry.bytes.ledger", ledger / agents.length, "bytes", 1),
        Figure.of("registry.bytes.registry", registry / agents.length, "bytes", 1));
  }

  private static double bytes(Supplier<Object> maker) {
    long before = heapBytes();
    Object made = maker.get();
    try {
      return (double) (heapBytes() - before);
    } finally {
      Reference.reachabilityFence(made);
    }
  }

  private static long heapBytes() {
    var memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }
}
