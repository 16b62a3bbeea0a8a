package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.Candidate;
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
import java.util.stream.IntStream;

/** How long a decision takes, alone and in batches, with the state made and without. */
final class PolicySpeed {

  private static final int[] AGENTS = {10, 100, 1_000, 5_000};
  private static final int[] BATCHES = {64, 1_024, 5_000};
  private static final Need NEED = new Need("the kitchen floor is wet every morning");
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private PolicySpeed() {}

  static List<Figure> run(LearnedPolicy policy, Bench.Options options, Bench.Progress progress) {
    int decisions = options.quick() ? 50_000 : 200_000;
    var figures = new ArrayList<Figure>();
    var random = new SplittableRandom(options.seed());
    int done = 0;
    for (int agents : AGENTS) {
      progress.at(done++, AGENTS.length + BATCHES.length, "%,d agents".formatted(agents));
      figures.addAll(alone(policy, agents, decisions, random));
    }
    List<State> states = new Agents(1_000, random).states(BATCHES[BATCHES.length - 1], random);
    try (var batching = BatchingPolicy.open(policy, "cpu")) {
      for (int size : BATCHES) {
        progress.at(done++, AGENTS.length + BATCHES.length, "batches of " + size);
        List<State> batch = states.subList(0, size);
        var torch = new Samples();
        var java = new Samples();
        for (int i = -5; i < 20; i++) {
          long start = System.nanoTime();
          if (batching.decide(batch, random).size() != size) {
            throw new IllegalStateException("a batch came back with another size");
          }
          long between = System.nanoTime();
          int chosen = inParallel(policy, batch, options.seed());
          long end = System.nanoTime();
          if (chosen != size) {
            throw new IllegalStateException("a state with candidates was decided as none");
          }
          if (i >= 0) {
            torch.add(between - start);
            java.add(end - between);
          }
        }
        figures.add(torch.rate("policy.batch.%d.torch.rate".formatted(size), size));
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

  private static int inParallel(LearnedPolicy policy, List<State> batch, long seed) {
    return IntStream.range(0, (batch.size() + 63) / 64)
        .parallel()
        .map(part -> {
          var random = new SplittableRandom(seed + part);
          int chosen = 0;
          for (int i = 64 * part; i < Math.min(batch.size(), 64 * part + 64); i++) {
            chosen += policy.decide(batch.get(i), random).choice().isPresent() ? 1 : 0;
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
