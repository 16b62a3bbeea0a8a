package dev.mama.bench;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.MamaException;
import dev.mama.examples.Requester.Served;
import dev.mama.matching.CachingEncoder;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.InMemoryTransport;
import dev.mama.spi.SentenceEncoder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What agents that come and go cost those that have needs. Requesters have needs all the time;
 * meanwhile, every second round, groups of agents open over the same transport, enrol, are found
 * and asked like the others, retire and close. Needs and cards are in the encoder's cache, so that
 * it is not the encoder that is measured.
 *
 * <p>Not thread-safe.
 */
final class ScaleChurn {

  private static final Logger LOG = LoggerFactory.getLogger(ScaleChurn.class);
  private static final int REQUESTERS = 8;
  private static final int GUESTS = 20;
  private static final int CROWD = 5;
  private static final Duration PERIOD = Duration.ofMillis(20); // a thousand agents a second
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int ROUNDS = 6;
  private static final int KNOWN_NEEDS = 200;
  private static final int CARDS = 200;
  private static final long CACHE_BYTES = 64L << 20;

  private final Profiles profiles;
  private final ScaleSizes sizes;
  private final AtomicInteger next = new AtomicInteger(); // nobody comes twice
  private final AtomicInteger joined = new AtomicInteger();
  private final AtomicInteger guestsAsked = new AtomicInteger();
  private final AtomicInteger unmet = new AtomicInteger();
  private final Samples calm = new Samples();
  private final Samples busy = new Samples();
  private double busySeconds;

  ScaleChurn(Profiles profiles, ScaleSizes sizes) {
    this.profiles = profiles;
    this.sizes = sizes;
  }

  /** All that was measured, by name. */
  Map<String, Samples> raw() {
    var raw = new LinkedHashMap<String, Samples>();
    raw.put("churn.calm", calm);
    raw.put("churn.busy", busy);
    return raw;
  }

  List<Figure> measure(SentenceEncoder encoder, float[][] vectors, List<String> needs)
      throws InterruptedException {
    List<String> known = needs.subList(0, Math.min(KNOWN_NEEDS, needs.size()));
    List<AgentCard> cards =
        IntStream.range(0, Math.min(CARDS, vectors.length))
            .mapToObj(i -> profiles.at(i).card())
            .toList();
    try (var cache = CachingEncoder.of(encoder, CACHE_BYTES);
        var transport = InMemoryTransport.open();
        var world =
            new ScaleWorld(
                cache, profiles, vectors, sizes.churnAgents(), REQUESTERS, false, transport)) {
      cache.encode(known);
      cache.encode(cards.stream().map(AgentCard::description).distinct().toList());
      round(world, transport, known, cards, false, new Samples()); // warms up
      round(world, transport, known, cards, true, new Samples());
      reset();
      for (int i = 0; i < ROUNDS; i++) {
        boolean churn = i % 2 == 1;
        round(world, transport, known, cards, churn, churn ? busy : calm);
      }
    }
    return figures();
  }

  private void reset() {
    joined.set(0);
    guestsAsked.set(0);
    unmet.set(0);
    busySeconds = 0;
  }

  private void round(
      ScaleWorld world,
      InMemoryTransport transport,
      List<String> needs,
      List<AgentCard> cards,
      boolean churn,
      Samples samples)
      throws InterruptedException {
    long begun = System.nanoTime();
    long end = begun + sizes.churnRound().toNanos();
    var parts = new ArrayList<Samples>();
    var left = new ConcurrentLinkedQueue<Guests>(); // they go when all needs have been met
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var running = new ArrayList<Future<?>>();
      for (int r = 0; r < REQUESTERS; r++) {
        var part = new Samples();
        parts.add(part);
        int requester = r;
        running.add(
            threads.submit(() -> {
              for (int i = requester; System.nanoTime() < end; i++) {
                serve(world, requester, needs.get(i % needs.size()), part);
              }
              return null;
            }));
      }
      if (churn) {
        running.add(
            threads.submit(() -> {
              comeAndGo(world, transport, cards, end, left);
              return null;
            }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("coming and going failed", e.getCause());
    } finally {
      left.forEach(Guests::close);
    }
    if (churn) {
      busySeconds += (System.nanoTime() - begun) / 1e9;
    }
    parts.forEach(part -> {
      for (long nanos : part.nanos()) {
        samples.add(nanos);
      }
    });
  }

  private void serve(ScaleWorld world, int requester, String need, Samples samples)
      throws InterruptedException {
    long start = System.nanoTime();
    String problem;
    try {
      Served served = world.serve(requester, need, PATIENCE);
      problem = served.problem();
      if (served.helper().startsWith("guest")) {
        guestsAsked.incrementAndGet();
      }
    } catch (MamaException e) {
      problem = String.valueOf(e.getMessage());
    }
    samples.add(System.nanoTime() - start);
    if (!problem.isEmpty()) {
      LOG.warn("a need was not met: {}", problem); // and counted: the report says how many
      unmet.incrementAndGet();
    }
  }

  /**
   * Keeps a crowd of groups. As a further one comes, the oldest is found no more, and goes when
   * {@value #CROWD} more have come: until then it answers what it was asked before.
   */
  private void comeAndGo(
      ScaleWorld world,
      InMemoryTransport transport,
      List<AgentCard> cards,
      long end,
      Queue<Guests> left)
      throws InterruptedException {
    var crowd = new ArrayDeque<Guests>();
    var leaving = new ArrayDeque<Guests>();
    try {
      while (System.nanoTime() < end) {
        long start = System.nanoTime();
        crowd.add(new Guests(world, transport, cards, next.getAndAdd(GUESTS)));
        joined.addAndGet(GUESTS);
        if (crowd.size() > CROWD) {
          Guests oldest = crowd.remove();
          oldest.retire();
          leaving.add(oldest);
        }
        if (leaving.size() > CROWD) {
          leaving.remove().close();
        }
        TimeUnit.NANOSECONDS.sleep(PERIOD.toNanos() - (System.nanoTime() - start));
      }
    } finally {
      crowd.forEach(Guests::retire);
      left.addAll(leaving);
      left.addAll(crowd);
    }
  }

  /** A group of agents that is there for a while. */
  private static final class Guests implements AutoCloseable {
    private final ScaleWorld world;
    private final AgentGroup group;
    private final List<AgentId> ids = new ArrayList<>();

    Guests(ScaleWorld world, InMemoryTransport transport, List<AgentCard> cards, int first)
        throws InterruptedException {
      this.world = world;
      group =
          AgentGroup.builder(ExperimentId.of("scalability"))
              .name("guests-" + first)
              .transport(transport)
              .drainTimeout(Duration.ofSeconds(10))
              .build();
      group.define(AgentType.of("helper", () -> ScaleWorld.HELPER));
      var enrolled = new ArrayList<AgentCard>();
      for (int i = first; i < first + GUESTS; i++) {
        AgentCard card = cards.get(i % cards.size());
        var id = AgentId.of("guest-" + i);
        ids.add(id);
        enrolled.add(new AgentCard(id, card.specialty(), card.description()));
      }
      group.startAll(ids, "helper");
      world.assistance.enrol(enrolled);
    }

    void retire() {
      ids.forEach(world.assistance::retire);
    }

    @Override
    public void close() {
      group.close();
    }
  }

  private List<Figure> figures() {
    var figures = new ArrayList<Figure>();
    String prefix = "scalability.churn";
    figures.addAll(calm.summary(prefix + ".calm.path", "us"));
    figures.addAll(busy.summary(prefix + ".busy.path", "us"));
    figures.add(
        Figure.of(
            prefix + ".over-calm.p50",
            (double) busy.quantile(0.5) / calm.quantile(0.5),
            "ratio",
            busy.size()));
    figures.add(
        Figure.of(
            prefix + ".over-calm.p99",
            (double) busy.quantile(0.99) / calm.quantile(0.99),
            "ratio",
            busy.size()));
    figures.add(Figure.of(prefix + ".joins.rate", joined.get() / busySeconds, "1/s", joined.get()));
    figures.add(Figure.of(prefix + ".guests-asked", guestsAsked.get(), "count", busy.size()));
    figures.add(
        Figure.of(prefix + ".unmet", unmet.get(), "count", (long) calm.size() + busy.size())
            .exactly(0));
    return figures;
  }
}
