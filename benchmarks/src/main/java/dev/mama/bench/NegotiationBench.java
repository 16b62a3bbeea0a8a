package dev.mama.bench;

import dev.mama.bench.NegotiationWorld.Held;
import dev.mama.llm.LlmClient;
import dev.mama.llm.LlmEndpoint;
import dev.mama.llm.LlmTerms;
import dev.mama.llm.OpenAiChatModel;
import dev.mama.negotiation.Negotiation;
import dev.mama.negotiation.Outcome;
import dev.mama.negotiation.Phase;
import dev.mama.negotiation.Rules;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.ScriptedChatServer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How close does a negotiation come to the critical path of its model calls, with more agents and
 * with more negotiations at once, and what holds when things go wrong?
 *
 * <p>The model is a scripted server on the loopback with a fixed latency, asked over HTTP by a pool
 * with as many connections as there may be calls.
 */
final class NegotiationBench implements Bench {

  /**
   * How much is measured.
   *
   * @param warmUps negotiations of each kind that do not count
   * @param latency of the model, where it is not varied
   * @param agents that take part in one negotiation
   * @param atOnce negotiations at once, of {@code few} agents each
   * @param latencies of the model, each alone and with 20 negotiations at once
   * @param durable agents in one negotiation that is kept on disk
   * @param row negotiations one after another
   * @param sustained for how long 1,000 agents get 100 messages a second
   */
  private record Sizes(
      int warmUps,
      Duration latency,
      List<Integer> agents,
      List<Integer> atOnce,
      List<Duration> latencies,
      List<Integer> durable,
      int row,
      Duration sustained) {

    static Sizes of(Size size) {
      return size.of(
          new Sizes(
              5,
              Duration.ofSeconds(1),
              List.of(5, 10, 20, 50, 100, 1_000),
              List.of(1, 2, 5, 10, 20, 100),
              List.of(
                  Duration.ofMillis(50),
                  Duration.ofMillis(200),
                  Duration.ofSeconds(1),
                  Duration.ofSeconds(5)),
              List.of(5, 10, 20, 50, 100, 1_000),
              1_000,
              Duration.ofSeconds(30)),
          new Sizes(
              5,
              Duration.ofSeconds(1),
              List.of(5, 20, 100),
              List.of(1, 20),
              List.of(),
              List.of(5, 100),
              200,
              Duration.ofSeconds(5)),
          new Sizes(
              1,
              Duration.ofMillis(5),
              List.of(5, 8),
              List.of(1, 20),
              List.of(),
              List.of(5, 8),
              20,
              Duration.ofMillis(100)));
    }
  }

  private static final Duration WARM = Duration.ofMillis(5);
  private static final int FEW = 5;
  private static final int ROUNDS = 7;
  private static final int MANY_AT_ONCE = 20;
  private static final int CROWD = 1_000;
  private static final double MESSAGES_PER_SECOND = 100;
  private static final int PACED = 3_000; // requests a minute

  /** Beyond it the same again would take too long. */
  private static final Duration LONGEST_TWICE = Duration.ofSeconds(1);

  private static final int FEWEST_LOOKS = 8;
  private static final int MOST_LOOKS = 20;

  /** Of five contractors: five calls, five offers, an acceptance, four rejections, a result. */
  private static final int MESSAGES = 16;

  @Override
  public String name() {
    return "negotiation";
  }

  @Override
  public String question() {
    return "How close does a negotiation come to the critical path of its model calls?";
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    Sizes sizes = Sizes.of(options.size());
    int steps = 6;
    var figures = new ArrayList<Figure>();
    progress.at(0, steps, "more agents");
    figures.addAll(agents(sizes));
    progress.at(1, steps, "more negotiations at once");
    figures.addAll(atOnce(sizes));
    progress.at(2, steps, "other latencies");
    figures.addAll(latencies(sizes));
    progress.at(3, steps, "many in a row, and 1,000 agents");
    figures.addAll(row(sizes.row()));
    figures.addAll(sustained(sizes.sustained()));
    progress.at(4, steps, "on disk");
    figures.addAll(NegotiationDurable.measure(sizes.durable(), ROUNDS));
    progress.at(5, steps, "faults");
    figures.addAll(NegotiationFaults.table());
    if (options.size() != Size.SMOKE) {
      figures.addAll(NegotiationFaults.processes());
    }
    progress.at(steps, steps, "done");
    return figures;
  }

  private static LlmEndpoint endpoint(ScriptedChatServer server, int calls) {
    return LlmEndpoint.of(server.uri().toString(), ScriptedChatServer.MODEL)
        .withPoolSize(Math.max(16, calls))
        .withMaxWaiting(10_000)
        .withRequestTimeout(Duration.ofSeconds(60));
  }

  private static boolean isAwarded(Held held) {
    return held.outcome() instanceof Outcome.Awarded;
  }

  private static void check(Held held) {
    if (!isAwarded(held)) {
      throw new IllegalStateException("a negotiation ended with " + held.outcome());
    }
  }

  private static List<Figure> agents(Sizes sizes) throws InterruptedException {
    var figures = new ArrayList<Figure>();
    var logAgents = new ArrayList<Double>();
    var logOver = new ArrayList<Double>();
    double path = NegotiationWorld.CHAIN * (double) sizes.latency().toNanos();
    for (int agents : sizes.agents()) {
      var latency = new AtomicReference<>(WARM);
      try (var server =
              ScriptedChatServer.start(call -> NegotiationWorld.script(call, latency.get()));
          var model = OpenAiChatModel.connect(endpoint(server, agents));
          var world = NegotiationWorld.ofModels(agents, model, Rules.synthesis().quorum(agents))) {
        for (int i = 0; i < sizes.warmUps(); i++) {
          check(world.hold(0, 0, agents)); // connections are opened, classes loaded
        }
        latency.set(sizes.latency());
        long before = Memory.used();
        Held held = world.hold(1, 0, agents);
        check(held);
        String name = "negotiation." + agents;
        Figure over = Figure.of(name + ".over-critical-path", held.nanos() / path, "ratio", 1);
        figures.add(agents == 100 ? over.atMost(1.05) : over);
        figures.add(Figure.of(name + ".makespan", held.nanos() / 1e6, "ms", 1));
        figures.add(
            Figure.of(name + ".heap", Math.max(0, Memory.used() - before) / 1024.0, "KiB", 1));
        logAgents.add(Math.log(agents));
        logOver.add(Math.log(Math.max(1, held.nanos() - path)));
        if (agents == FEW) {
          figures.addAll(phases(held));
        }
      }
    }
    figures.add(
        Figure.of(
            "negotiation.growth.exponent", slope(logAgents, logOver), "ratio", logAgents.size()));
    return figures;
  }

  private static List<Figure> phases(Held held) {
    var figures = new ArrayList<Figure>();
    for (Phase phase : Phase.values()) {
      if (held.phases().containsKey(phase)) {
        figures.add(
            Figure.of(
                "negotiation.stage." + phase.name().toLowerCase(Locale.ROOT),
                held.phases().get(phase) / 1e6,
                "ms",
                1));
      }
    }
    return figures;
  }

  /** Of the straight line that lies closest to the points. */
  private static double slope(List<Double> x, List<Double> y) {
    double meanX = x.stream().mapToDouble(v -> v).average().orElse(0);
    double meanY = y.stream().mapToDouble(v -> v).average().orElse(0);
    double up = 0;
    double along = 0;
    for (int i = 0; i < x.size(); i++) {
      up += (x.get(i) - meanX) * (y.get(i) - meanY);
      along += (x.get(i) - meanX) * (x.get(i) - meanX);
    }
    return along == 0 ? 0 : up / along;
  }

  private static List<Figure> atOnce(Sizes sizes) throws InterruptedException {
    var figures = new ArrayList<Figure>();
    int most = sizes.atOnce().stream().mapToInt(n -> n).max().orElse(1);
    double one = 0;
    var latency = new AtomicReference<>(WARM);
    try (var server =
            ScriptedChatServer.start(call -> NegotiationWorld.script(call, latency.get()));
        var model = OpenAiChatModel.connect(endpoint(server, most * FEW));
        var world = NegotiationWorld.ofModels(most * FEW, model, Rules.synthesis().quorum(FEW))) {
      for (int i = 0; i < sizes.warmUps(); i++) {
        world.holdAll(most, FEW).forEach(NegotiationBench::check);
      }
      latency.set(sizes.latency());
      double impure = 0;
      for (int atOnce : sizes.atOnce()) {
        List<Held> held = world.holdAll(atOnce, FEW);
        held.forEach(NegotiationBench::check);
        impure += held.stream().filter(each -> !each.pure()).count();
        double longest = held.stream().mapToLong(Held::nanos).max().orElse(0);
        one = atOnce == 1 ? longest : one;
        String name = "negotiation.at-once." + atOnce;
        figures.add(Figure.of(name + ".rate", atOnce * 1e9 / longest, "1/s", atOnce));
        if (atOnce == MANY_AT_ONCE) {
          figures.add(
              Figure.of("negotiation.20.over-one", longest / one, "ratio", atOnce).atMost(1.1));
        } else if (atOnce > 1) {
          figures.add(Figure.of(name + ".over-one", longest / one, "ratio", atOnce));
        }
      }
      figures.add(
          Figure.of("negotiation.isolation.strange-words", impure, "count", most).exactly(0));
    }
    return figures;
  }

  private static List<Figure> latencies(Sizes sizes) throws InterruptedException {
    var figures = new ArrayList<Figure>();
    for (Duration latency : sizes.latencies()) {
      try (var server = ScriptedChatServer.start(call -> NegotiationWorld.script(call, latency));
          var model = OpenAiChatModel.connect(endpoint(server, MANY_AT_ONCE * FEW));
          var paced =
              LlmClient.builder(
                      endpoint(server, MANY_AT_ONCE * FEW),
                      LlmTerms.FREE.withRequestsPerMinute(PACED))
                  .build()) {
        try (var world = world(model)) {
          figures.addAll(latency(world, latency, "free"));
        }
        try (var world = world(paced)) {
          figures.addAll(latency(world, latency, "paced"));
          if (latency.compareTo(LONGEST_TWICE) <= 0) {
            figures.addAll(latency(world, latency, "paced-warm")); // it knows the server now
          }
        }
      }
    }
    return figures;
  }

  private static NegotiationWorld world(ChatModel model) throws InterruptedException {
    return NegotiationWorld.ofModels(MANY_AT_ONCE * FEW, model, Rules.synthesis().quorum(FEW));
  }

  private static List<Figure> latency(NegotiationWorld world, Duration latency, String way)
      throws InterruptedException {
    double path = NegotiationWorld.CHAIN * (double) latency.toNanos();
    var figures = new ArrayList<Figure>();
    for (int atOnce : List.of(1, MANY_AT_ONCE)) {
      List<Held> held = world.holdAll(atOnce, FEW);
      double longest = held.stream().mapToLong(Held::nanos).max().orElse(0);
      double awarded = held.stream().filter(NegotiationBench::isAwarded).count();
      String name = "negotiation.latency.%d.%s.%d".formatted(latency.toMillis(), way, atOnce);
      figures.add(Figure.of(name + ".over-critical-path", longest / path, "ratio", atOnce));
      figures.add(Figure.of(name + ".awarded", awarded / atOnce, "share", atOnce));
    }
    return figures;
  }

  private static List<Figure> row(int count) throws InterruptedException {
    try (var world = NegotiationWorld.ofContractors(FEW)) {
      for (int i = 0; i < count / 4; i++) {
        check(world.hold(i, 0, FEW));
      }
      int looks = Math.clamp(count / 50, FEWEST_LOOKS, MOST_LOOKS);
      int each = Math.ceilDiv(count, looks);
      var heap = new ArrayList<Double>();
      var threads = new ArrayList<Double>();
      var descriptors = new ArrayList<Double>();
      var took = new Samples();
      for (int i = 0; i < looks * each; i++) {
        Held held = world.hold(i, 0, FEW);
        check(held);
        took.add(held.nanos());
        if (i % each == each - 1) {
          heap.add((double) Memory.afterCollection());
          threads.add((double) ManagementFactory.getThreadMXBean().getThreadCount());
          descriptors.add((double) ProcessMemory.descriptors());
        }
      }
      return List.of(
          Figure.of("negotiation.row.p50.micros", took.quantile(0.5) / 1e3, "us", took.size()),
          Trend.of(heap, each).figure("negotiation.row.heap-growth", "bytes").atMost(100),
          Trend.of(threads, each).figure("negotiation.row.threads-growth", "count"),
          Trend.of(descriptors, each).figure("negotiation.row.descriptors-growth", "count"));
    }
  }

  private static List<Figure> sustained(Duration time) throws InterruptedException {
    double perSecond = MESSAGES_PER_SECOND / MESSAGES;
    int count = (int) Math.ceil(perSecond * time.toNanos() / 1e9);
    try (var world = NegotiationWorld.ofContractors(CROWD)) {
      check(world.hold(0, 0, FEW));
      var open = new ArrayList<Negotiation>();
      long start = System.nanoTime();
      for (int i = 0; i < count; i++) {
        long due = start + (long) (i * 1e9 / perSecond);
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
        open.add(world.open(i, i * FEW % CROWD, FEW));
      }
      for (int i = 0; i < count; i++) {
        check(NegotiationWorld.await(open.get(i), i, start));
      }
      double took = System.nanoTime() - start;
      return List.of(
          Figure.of("negotiation.sustained.rate", count * MESSAGES * 1e9 / took, "1/s", count));
    }
  }
}
