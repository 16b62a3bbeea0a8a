package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.Candidate;
import dev.mama.Decision;
import dev.mama.Evidence;
import dev.mama.Need;
import dev.mama.Rating;
import dev.mama.State;
import dev.mama.StateBuilder;
import dev.mama.Trace;
import dev.mama.marl.BatchingPolicy;
import dev.mama.marl.LearnedPolicy;
import dev.mama.registry.InMemoryTrustLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** How long a decision takes, alone and in batches, with the state made and without. */
final class PolicySpeed {

  private static final int[] AGENTS = {10, 100, 1_000, 5_000};
  private static final int[] BATCHES = {64, 1_024, 5_000};
  private static final int[] SMOKE_BATCHES = {64, 1_024};
  private static final int PART = 64;
  private static final Need NEED = new Need("the kitchen floor is wet every morning");
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private PolicySpeed() {}

  static List<Figure> run(LearnedPolicy policy, Bench.Options options, Bench.Progress progress) {
    int[] batches = options.size().of(BATCHES, BATCHES, SMOKE_BATCHES);
    int decisions = options.size().of(200_000, 50_000, 1_000);
    var figures = new ArrayList<Figure>();
    var random = new SplittableRandom(options.seed());
    int done = 0;
    for (int agents : AGENTS) {
      progress.at(done++, AGENTS.length + batches.length, "%,d agents".formatted(agents));
      figures.addAll(alone(policy, agents, decisions, random));
    }
    List<State> states = new Agents(1_000, random).states(batches[batches.length - 1], random);
    // PyTorch takes seconds to open.
    try (@Nullable BatchingPolicy batching =
        options.size() == Size.SMOKE ? null : BatchingPolicy.open(policy, "cpu")) {
      for (int size : batches) {
        progress.at(done++, AGENTS.length + batches.length, "batches of " + size);
        List<State> batch = states.subList(0, size);
        int warmUps = options.size().of(400_000, 20_000, 0) / size;
        Samples java = times(warmUps, size, () -> inParallel(policy, batch, options.seed()));
        if (batching != null) {
          Samples torch = times(5, size, () -> batching.decide(batch, random).size());
          figures.add(torch.rate("policy.batch.%d.torch.rate".formatted(size), size));
        }
        figures.add(java.rate("policy.batch.%d.rate".formatted(size), size));
      }
    }
    figures.add(
        figures.stream()
            .filter(it -> it.name().equals("policy.batch.1024.rate"))
            .map(it ->
                Figure.of("policy.batch.rate", it.value(), it.unit(), it.samples())
                    .atLeast(1_000_000))
            .findFirst()
            .orElseThrow());
    return figures;
  }

  private static Samples times(int warmUps, int size, IntSupplier decisions) {
    var times = new Samples();
    for (int i = -warmUps; i < 20; i++) {
      long start = System.nanoTime();
      int made = decisions.getAsInt();
      long end = System.nanoTime();
      if (made != size) {
        throw new IllegalStateException("%d states got %d decisions".formatted(size, made));
      }
      if (i >= 0) {
        times.add(end - start);
      }
    }
    return times;
  }

  /** On all cores, some batches of a core's own each. */
  private static int inParallel(LearnedPolicy policy, List<State> batch, long seed) {
    return IntStream.range(0, (batch.size() + PART - 1) / PART)
        .parallel()
        .map(part -> {
          List<State> states =
              batch.subList(PART * part, Math.min(batch.size(), PART * part + PART));
          int chosen = 0;
          for (Decision decision : policy.decide(states, new SplittableRandom(seed + part))) {
            chosen += decision.choice().isPresent() ? 1 : 0;
          }
          return chosen;
        })
        .sum();
  }

  private static List<Figure> alone(
      LearnedPolicy policy, int agents, int decisions, SplittableRandom random) {
    var all = new Agents(agents, random);
    List<State> states = all.states(1_000, random);
    var deciding = new Samples();
    var whole = new Samples();
    for (int i = -decisions / 2; i < decisions; i++) {
      State made = states.get(Math.floorMod(i, states.size()));
      long start = System.nanoTime();
      int chosen = policy.decide(made, random).choice().orElse(-1);
      long between = System.nanoTime();
      State state = all.state(random);
      chosen += policy.decide(state, random).choice().orElse(-1);
      long end = System.nanoTime();
      if (chosen < 0) {
        throw new IllegalStateException("a state with candidates was decided as none");
      }
      if (i >= 0) {
        deciding.add(between - start);
        whole.add(end - between);
      }
    }
    String prefix = "policy.single.%d".formatted(agents);
    var figures = new ArrayList<Figure>();
    double micros = deciding.quantile(0.5) / 1e3;
    if (agents == AGENTS[AGENTS.length - 1]) {
      figures.add(Figure.of("policy.single.micros", micros, "us", decisions).atMost(5));
    }
    figures.add(Figure.of(prefix + ".p50", micros, "us", decisions));
    figures.add(Figure.of(prefix + ".p99", deciding.quantile(0.99) / 1e3, "us", decisions));
    figures.add(Figure.of(prefix + ".with-state.p50", whole.quantile(0.5) / 1e3, "us", decisions));
    figures.add(Figure.of(prefix + ".with-state.p99", whole.quantile(0.99) / 1e3, "us", decisions));
    return figures;
  }

  /** Agents that are known to a ledger. */
  private static final class Agents {

    private final InMemoryTrustLedger ledger = InMemoryTrustLedger.create();
    private final List<AgentId> ids;

    Agents(int count, SplittableRandom random) {
      ids = IntStream.range(0, count).mapToObj(i -> AgentId.of("agent-" + i)).toList();
      Duration took = Duration.ofMillis(300);
      for (AgentId id : ids) {
        var found = new Rating(random.nextDouble(), true, took);
        ledger.record(
            new Evidence.Checked(
                AgentId.of("rater"), id, found, found, Instant.now(), Trace.start()));
      }
    }

    List<State> states(int count, SplittableRandom random) {
      return IntStream.range(0, count).mapToObj(i -> state(random)).toList();
    }

    /** Standing, load and the fifty floats; the closest five are given. */
    State state(SplittableRandom random) {
      var candidates = new ArrayList<Candidate>(5);
      int first = random.nextInt(ids.size());
      for (int i = 0; i < 5; i++) {
        AgentId id = ids.get((first + i) % ids.size());
        candidates.add(new Candidate(id, 0.6 - 0.03 * i, ledger.standing(id), random.nextInt(8)));
      }
      var system = new StateBuilder.SystemView(ids.size(), ids.size(), 12, 0.7, 0.9, 600);
      return StateBuilder.build(NEED, DEADLINE, candidates, system);
    }
  }
}
