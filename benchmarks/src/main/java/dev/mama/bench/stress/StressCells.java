package dev.mama.bench.stress;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.MamaException;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Time;
import dev.mama.bench.Bench.Progress;
import dev.mama.bench.Memory;
import dev.mama.bench.RuntimeCosts;
import dev.mama.bench.Samples;
import dev.mama.bench.stress.Cell.Stage;
import dev.mama.bench.stress.StressAgents.Told;
import dev.mama.bench.stress.StressAgents.Wanted;
import dev.mama.examples.Cards;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.spi.ChatModel;
import dev.mama.spi.SentenceEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Measures cells: users ask agents that need help, these find a helper by meaning, trust and
 * policy, the helper asks the model, and its words come back, each marked as that request's.
 *
 * <p>Not thread-safe.
 */
final class StressCells {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ChatModel model;
  private final SentenceEncoder encoder;
  private final Consumer<Duration> latency;
  private final StressOptions options;
  private final List<String> needs = Cards.builtIn().stream().map(AgentCard::description).toList();
  private final AtomicLong numbers = new AtomicLong();

  /**
   * @param model that says its prompt again after "You said: "
   * @param encoder which knows the cards already, or does not mind
   * @param latency sets how long the model takes
   */
  StressCells(
      ChatModel model, SentenceEncoder encoder, Consumer<Duration> latency, StressOptions options) {
    this.model = model;
    this.encoder = encoder;
    this.latency = latency;
    this.options = options;
  }

  /** What the users of one cell have seen. */
  private static final class Seen {
    final Map<Stage, Samples> stages = new EnumMap<>(Stage.class);
    final AtomicInteger answered = new AtomicInteger();
    long strange;
    long failed;
    long unfinished;

    synchronized void add(Wanted wanted, Told told, long total) {
      boolean own =
          told.number() == wanted.number()
              && told.text().equals("You said: " + StressAgents.prompt(wanted.word()));
      strange += own ? 0 : 1;
      add(Stage.QUEUE, told.queue());
      add(Stage.FIND, told.find());
      add(Stage.REACH, told.reach());
      add(Stage.MODEL, told.model());
      add(Stage.BACK, told.back());
      add(Stage.TOTAL, total);
      answered.incrementAndGet();
    }

    private void add(Stage stage, long nanos) {
      stages.computeIfAbsent(stage, s -> new Samples()).add(nanos);
    }

    synchronized void failed() {
      failed++;
    }

    synchronized void unfinished() {
      unfinished++;
    }
  }

  /** Measures all cells, or those until {@code stop}. */
  List<Cell> all(Progress progress, BooleanSupplier stop) throws InterruptedException {
    var cells = new ArrayList<Cell>();
    var unused = // warms up
        measure(options.agents().getLast(), options.concurrent().getLast(), Duration.ZERO);
    for (Duration latencyOfModel : options.latencies()) {
      for (int agents : options.agents()) {
        for (int concurrent : options.concurrent()) {
          if (stop.getAsBoolean()) {
            return cells;
          }
          progress.at(
              cells.size(),
              options.cells(),
              "%,d agents, %d at once, %d ms"
                  .formatted(agents, concurrent, latencyOfModel.toMillis()));
          cells.add(measure(agents, concurrent, latencyOfModel));
        }
      }
    }
    return cells;
  }

  /** Measures one; what is under way at its end is given up. */
  Cell measure(int agents, int concurrent, Duration latencyOfModel) throws InterruptedException {
    List<AgentCard> cards = Cards.scale(Cards.builtIn(), agents);
    long before = Memory.used();
    var assistance =
        Assistance.of(
            encoder,
            new ExactAgentIndex(encoder.dimension()),
            InMemoryRegistry.create(),
            InMemoryTrustLedger.create(),
            WeightedScorePolicy.create(),
            Time.system());
    assistance.enrol(cards);
    try (AgentGroup group =
        AgentGroup.builder(ExperimentId.of("stress"))
            .chatModel(model)
            .assistance(assistance)
            .seed(options.seed())
            .drainTimeout(Duration.ofMillis(100))
            .build()) {
      group.define(AgentType.of("helper", () -> StressAgents::givesHelp));
      group.define(AgentType.of("asker", () -> StressAgents::needsHelp));
      group.startAll(cards.stream().map(AgentCard::agent).toList(), "helper");
      var users = new ArrayList<Sender>();
      for (int user = 0; user < concurrent; user++) {
        group.start(AgentId.of("asker-" + user), "asker");
        users.add(group.client("user-" + user));
      }
      long heap = Math.max(0, Memory.used() - before);
      latency.accept(Duration.ZERO);
      var warming = new Seen();
      ask(users, warming, Duration.ZERO, options.least().dividedBy(2), 1);
      latency.accept(latencyOfModel);
      var seen = new Seen();
      long allocated = Memory.allocated();
      long cpu = RuntimeCosts.cpuNanos();
      double seconds =
          ask(users, seen, options.least(), options.most(), StressOptions.ROUNDS) / 1e9;
      return new Cell(
          agents,
          concurrent,
          latencyOfModel,
          seconds,
          seen.stages,
          seen.strange,
          seen.failed,
          seen.unfinished,
          heap,
          Memory.allocated() - allocated,
          RuntimeCosts.cpuNanos() - cpu);
    }
  }

  /** Has each user ask again and again; returns for how many nanoseconds. */
  private long ask(List<Sender> users, Seen seen, Duration least, Duration most, int rounds)
      throws InterruptedException {
    long start = System.nanoTime();
    int enough = rounds * users.size();
    var ended = new CountDownLatch(users.size());
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int user = 0; user < users.size(); user++) {
        Sender sender = users.get(user);
        AgentId asker = AgentId.of("asker-" + user);
        threads.execute(() -> {
          try {
            do {
              askOnce(sender, asker, seen);
            } while (seen.answered.get() < enough || System.nanoTime() - start < least.toNanos());
          } catch (InterruptedException e) {
            seen.unfinished();
          } finally {
            ended.countDown();
          }
        });
      }
      if (!ended.await(most.toNanos(), TimeUnit.NANOSECONDS)) {
        threads.shutdownNow();
      }
      return System.nanoTime() - start;
    }
  }

  private void askOnce(Sender user, AgentId asker, Seen seen) throws InterruptedException {
    long number = numbers.incrementAndGet();
    String need = needs.get((int) (number % needs.size()));
    var wanted = new Wanted(number, "word-" + number, need, System.nanoTime());
    try {
      Told told = user.ask(asker, Payload.of(wanted), PATIENCE).as(Told.class);
      seen.add(wanted, told, System.nanoTime() - wanted.atNanos());
    } catch (MamaException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      seen.failed();
    }
  }
}
