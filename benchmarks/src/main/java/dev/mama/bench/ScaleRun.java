package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.State;
import dev.mama.examples.Requester.Served;
import dev.mama.spi.SentenceEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * One number of agents: the protocol of the MAMA report as it is (30 needs, 10,000 messages of 1,
 * 10 and 50 workers, states of 50 floats, without a warm-up of its own), and then the same
 * questions with thousands of samples after a warm-up.
 *
 * <p>Not thread-safe.
 */
final class ScaleRun {

  /** What the report asked. */
  private static final int REPORT_NEEDS = 30;

  private static final int REPORT_MESSAGES = 10_000;
  private static final int[] WORKERS = {1, 10, 50};
  private static final int MOST_WORKERS = WORKERS[WORKERS.length - 1];

  /** Below, what an agent takes drowns in what the JVM itself does meanwhile. */
  private static final int LEAST_TO_WEIGH = 1_000;

  private static final Duration WARM_UP = Duration.ofSeconds(3);
  private static final Duration SEARCHED = Duration.ofSeconds(10);
  private static final int LEAST_SEARCHES = 100;

  private final SentenceEncoder encoder;
  private final Profiles profiles;
  private final float[][] vectors;
  private final ScaleSizes sizes;
  private final int agents;
  private final String prefix;
  private final Map<String, Samples> raw = new LinkedHashMap<>();
  private final List<Figure> figures = new ArrayList<>();

  ScaleRun(
      SentenceEncoder encoder, Profiles profiles, float[][] vectors, ScaleSizes sizes, int agents) {
    this.encoder = encoder;
    this.profiles = profiles;
    this.vectors = vectors;
    this.sizes = sizes;
    this.agents = agents;
    prefix = "scalability.%d".formatted(agents);
  }

  /** How many needs, each asked once, a run takes. */
  static int needs(ScaleSizes sizes) {
    return REPORT_NEEDS + sizes.needs() / 2 + sizes.needs();
  }

  /** All that was measured, by name, in the order measured. */
  Map<String, Samples> raw() {
    return raw;
  }

  List<Figure> measure(List<String> needs) throws InterruptedException {
    boolean weigh = agents >= LEAST_TO_WEIGH;
    try (var world = new ScaleWorld(encoder, profiles, vectors, agents, 1, weigh, null)) {
      long all = world.bytes.values().stream().mapToLong(Long::longValue).sum();
      if (weigh) {
        world.bytes.forEach((part, bytes) -> bytes(part + ".bytes-per-agent", bytes));
        bytes("bytes-per-agent", all);
      }
      wholePath(world, needs);
      searching(world);
      deciding(world);
    }
    updating();
    return figures;
  }

  private void bytes(String name, long bytes) {
    figures.add(Figure.of(prefix + "." + name, (double) bytes / agents, "bytes", 1));
  }

  /** From the need to the rating, one need after another, none asked before. */
  private void wholePath(ScaleWorld world, List<String> needs) throws InterruptedException {
    List<Served> report = serve(world, needs.subList(0, REPORT_NEEDS));
    int warm = REPORT_NEEDS + sizes.needs() / 2;
    var unused = serve(world, needs.subList(REPORT_NEEDS, warm));
    List<Served> served = serve(world, needs.subList(warm, warm + sizes.needs()));
    say("report.match", "ms", report, it -> it.encodeNanos() + it.scanNanos());
    say("report.decide", "us", report, Served::decideNanos);
    say("match", "ms", served, it -> it.encodeNanos() + it.scanNanos());
    say("encode", "ms", served, Served::encodeNanos);
    say("scan", "us", served, Served::scanNanos);
    say("decide", "us", served, Served::decideNanos);
    say("path", "ms", served, Served::totalNanos);
    long answered = served.stream().filter(Served::answered).count();
    figures.add(
        Figure.of(
                prefix + ".path.answered",
                (double) answered / served.size(),
                "share",
                served.size())
            .exactly(1));
  }

  private static List<Served> serve(ScaleWorld world, List<String> needs)
      throws InterruptedException {
    var served = new ArrayList<Served>(needs.size());
    for (String need : needs) {
      served.add(world.serve(0, need, ScaleWorld.PATIENCE));
    }
    return served;
  }

  private void say(String name, String unit, List<Served> served, ToLongFunction<Served> nanos) {
    var samples = new Samples();
    served.forEach(each -> samples.add(nanos.applyAsLong(each)));
    say(name, unit, samples);
  }

  private void say(String name, String unit, Samples samples) {
    raw.put(name, samples);
    figures.addAll(samples.summary(prefix + "." + name, unit));
  }

  /**
   * The index alone, with vectors at hand: what is left where the encoder is not asked. A million
   * agents take long to search, so time ends it, too.
   */
  private void searching(ScaleWorld world) {
    var random = new SplittableRandom(profiles.seed());
    var unused = search(world, random, WARM_UP);
    say("search", "us", search(world, random, SEARCHED));
  }

  private Samples search(ScaleWorld world, SplittableRandom random, Duration most) {
    var samples = new Samples();
    long end = System.nanoTime() + most.toNanos();
    while (samples.size() < sizes.searches()
        && (samples.size() < LEAST_SEARCHES || System.nanoTime() < end)) {
      float[] query = MatchingBench.noisy(vectors[random.nextInt(vectors.length)], random);
      long start = System.nanoTime();
      int found = world.index.topK(query, 5).size();
      samples.add(System.nanoTime() - start);
      if (found != Math.min(5, agents)) {
        throw new IllegalStateException("%d of %,d agents were found".formatted(found, agents));
      }
    }
    return samples;
  }

  /** The policy alone, with states at hand. */
  private void deciding(ScaleWorld world) {
    List<State> states = world.states(vectors.length > 500 ? first(500) : vectors);
    var random = new SplittableRandom(profiles.seed());
    var samples = new Samples();
    for (int i = -5 * sizes.searches(); i < sizes.searches(); i++) {
      State state = states.get(Math.floorMod(i, states.size()));
      long start = System.nanoTime();
      boolean chosen = world.policy.decide(state, random).choice().isPresent();
      long took = System.nanoTime() - start;
      if (!chosen) {
        throw new IllegalStateException("a state with candidates was decided as none");
      }
      if (i >= 0) {
        samples.add(took);
      }
    }
    say("policy", "us", samples);
  }

  private float[][] first(int count) {
    var some = new float[count][];
    System.arraycopy(vectors, 0, some, 0, count);
    return some;
  }

  private void updating() throws InterruptedException {
    AgentId[] ids = IntStream.range(0, agents).mapToObj(Profiles::id).toArray(AgentId[]::new);
    for (int workers : WORKERS) {
      RegistryBench.Run run =
          RegistryBench.ours(ids, agents, workers, REPORT_MESSAGES, profiles.seed());
      String name = prefix + ".report.registry.workers%d".formatted(workers);
      figures.add(Figure.of(name + ".rate", run.rate(), "1/s", run.messages()));
    }
    var rounds = new Samples();
    long lost = 0;
    for (int round = -1; round < sizes.rounds(); round++) {
      RegistryBench.Run run =
          RegistryBench.ours(ids, agents, MOST_WORKERS, sizes.updates(), profiles.seed() + round);
      lost += run.messages() - run.taken();
      if (round >= 0) {
        rounds.add(Math.round(run.seconds() * 1e9));
      }
    }
    raw.put("registry", rounds);
    figures.add(rounds.rate(prefix + ".registry.rate", sizes.updates()));
    figures.add(
        Figure.of(prefix + ".registry.lost", (double) lost, "count", sizes.rounds()).exactly(0));
  }
}
