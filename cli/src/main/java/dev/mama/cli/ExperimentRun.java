package dev.mama.cli;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.MamaException;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Time;
import dev.mama.bench.Figure;
import dev.mama.cli.ExperimentFile.Agents;
import dev.mama.examples.Expertise;
import dev.mama.examples.Needs;
import dev.mama.examples.ScriptedExpert;
import dev.mama.examples.Task;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.matching.OnnxSentenceEncoder;
import dev.mama.minilm.MiniLm;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.replay.RunJournal;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.spi.EventLog;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An experiment's course: open, enrol, start, hand out the tasks, count. */
final class ExperimentRun implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int MOST_PROBLEMS = 100;

  private final ExperimentFile file;
  private final ClassLoader classes;
  private final Interruption interruption;
  private final Bar bar;
  private final Opened opened = new Opened();
  private final ExperimentServers servers;
  private final AcceptedIds accepted = new AcceptedIds();
  private final EventLog log;
  private final Map<AgentId, AgentCard> cards = new HashMap<>();
  private final List<AgentGroup> groups = new ArrayList<>();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final List<String> problems = new ArrayList<>(); // by its monitor
  private final @Nullable RunJournal journal;
  private int tasks;

  /** One thing to be done by one agent. */
  private record Assignment(AgentId agent, Task task) {}

  /**
   * What came of it.
   *
   * @param figures counted at the other end, wherever there is one
   * @param problems of tasks that were not answered, the first 100
   */
  record Outcome(List<Figure> figures, List<String> problems, String model, boolean interrupted) {
    boolean allWell() {
      return !interrupted
          && figures.stream().noneMatch(figure -> Boolean.FALSE.equals(figure.met()));
    }
  }

  private ExperimentRun(
      ExperimentFile file,
      ClassLoader classes,
      UnaryOperator<@Nullable String> environment,
      @Nullable Path record,
      Interruption interruption,
      Bar bar)
      throws InterruptedException {
    this.file = file;
    this.classes = classes;
    this.interruption = interruption;
    this.bar = bar;
    file.agents().forEach(agents -> cards.putAll(agents.cards()));
    boolean complete = false;
    try {
      journal =
          record == null
              ? null
              : opened.keep(RunJournal.create(record, file.experiment(), file.seed()));
      servers = opened.keep(ExperimentServers.open(file, environment, script(), this::opening));
      complete = true;
    } finally {
      if (!complete) {
        opened.close();
      }
    }
    log = servers.watched.watchedBy(accepted::add);
  }

  /**
   * Runs {@code file}, and closes all that it opened.
   *
   * @param record the folder in which the run is kept turn by turn, or null
   */
  static Outcome run(
      ExperimentFile file,
      ClassLoader classes,
      UnaryOperator<@Nullable String> environment,
      @Nullable Path record)
      throws InterruptedException {
    // Mistakes of the user's are found before anything is started.
    file.agents().forEach(agents -> AgentTypes.of(agents, Map.of(), classes));
    try (var interruption = new Interruption();
        var bar = new Bar("run");
        var run = new ExperimentRun(file, classes, environment, record, interruption, bar)) {
      return run.run();
    }
  }

  private void opening(String step) {
    interruption.check();
    bar.at(0, 100, step);
  }

  /** The demo's fake expert where a helper asks, and a plain sentence for anybody else. */
  private Function<Call, Answer> script() {
    List<AgentCard> all =
        cards.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(Map.Entry::getValue)
            .toList();
    var expert =
        new ScriptedExpert(all, Needs.builtIn(), Expertise.draw(all, file.seed()), file.seed());
    return call ->
        call.messages().getFirst().content().startsWith("You are agent ")
            ? expert.apply(call)
            : new Answer.Text("This is a scripted answer; no model was asked.", Duration.ZERO);
  }

  private Outcome run() throws InterruptedException {
    Assistance assistance = assistance();
    try {
      for (int number = 1; number <= file.groups(); number++) {
        var builder =
            AgentGroup.builder(file.experiment())
                .name("g" + number)
                .transport(servers.transport)
                .chatModel(servers.model)
                .eventLog(log)
                .seed(file.seed());
        groups.add((assistance == null ? builder : builder.assistance(assistance)).build());
      }
      List<Queue<Assignment>> work = start();
      long start = System.nanoTime();
      handOut(work);
      double millis = (System.nanoTime() - start) / 1e6;
      closeGroups();
      return outcome(millis);
    } finally {
      closeGroups();
    }
  }

  private @Nullable Assistance assistance() throws InterruptedException {
    if (cards.isEmpty()) {
      return null;
    }
    opening("encoder");
    var encoder =
        opened.keep(
            OnnxSentenceEncoder.open(
                MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS));
    var assistance =
        Assistance.of(
            encoder,
            new ExactAgentIndex(encoder.dimension()),
            InMemoryRegistry.create(),
            InMemoryTrustLedger.create(),
            WeightedScorePolicy.create(),
            Time.system());
    assistance.enrol(cards.values());
    return assistance;
  }

  /** Deals the agents out to the groups, one after another, and starts them. */
  private List<Queue<Assignment>> start() throws InterruptedException {
    List<Queue<Assignment>> work = new ArrayList<>();
    groups.forEach(group -> work.add(new ConcurrentLinkedQueue<>()));
    int dealt = 0;
    for (Agents agents : file.agents()) {
      AgentType plain = AgentTypes.of(agents, cards, classes);
      AgentType type = journal == null ? plain : journal.recorded(plain);
      List<List<AgentId>> parts = new ArrayList<>();
      groups.forEach(group -> parts.add(new ArrayList<>()));
      Map<AgentId, Integer> groupOf = new LinkedHashMap<>();
      for (AgentId id : agents.ids()) {
        int group = dealt++ % groups.size();
        parts.get(group).add(id);
        groupOf.put(id, group);
      }
      for (int i = 0; i < groups.size(); i++) {
        groups.get(i).define(type);
        groups.get(i).startAll(parts.get(i), type.name());
      }
      long number = 0;
      for (int round = 0; round < agents.tasks(); round++) {
        for (var entry : groupOf.entrySet()) {
          work.get(entry.getValue()).add(new Assignment(entry.getKey(), new Task(++number)));
          tasks++;
        }
      }
    }
    return work;
  }

  private void handOut(List<Queue<Assignment>> work) throws InterruptedException {
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < groups.size(); i++) {
      Sender client = groups.get(i).client("tasks-" + groups.get(i).name());
      Queue<Assignment> queue = work.get(i);
      int workers = Math.min(file.groupConcurrency(), queue.size());
      for (int w = 0; w < workers; w++) {
        threads.add(Thread.ofVirtual().start(() -> work(client, queue)));
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void work(Sender client, Queue<Assignment> queue) {
    try {
      for (Assignment next = queue.poll();
          next != null && !interruption.wished();
          next = queue.poll()) {
        try {
          var unused = client.ask(next.agent(), Payload.of(next.task()), PATIENCE);
          answered.incrementAndGet();
        } catch (MamaException e) {
          problem(
              "task %d of '%s': %s".formatted(next.task().number(), next.agent(), e.getMessage()));
        }
        bar.at(done.incrementAndGet(), tasks, "tasks done");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void problem(String what) {
    synchronized (problems) {
      if (problems.size() < MOST_PROBLEMS) {
        problems.add(what);
      }
    }
  }

  private void closeGroups() {
    groups.forEach(AgentGroup::close);
    groups.clear();
  }

  private Outcome outcome(double millis) throws InterruptedException {
    servers.log.flush();
    Set<UUID> found = servers.log.ids(file.experiment());
    long rows = 0;
    long missing = 0;
    for (Set<UUID> ids : accepted.byTable().values()) {
      rows += ids.size();
      missing += ids.stream().filter(id -> !found.contains(id)).count();
    }
    int agents = file.agents().stream().mapToInt(Agents::count).sum();
    var figures =
        List.of(
            Figure.of("run.agents", agents, "count", 1),
            Figure.of("run.tasks", tasks, "count", 1),
            Figure.of("run.tasks.answered", answered.get(), "count", tasks).exactly(tasks),
            Figure.of("run.took", millis, "ms", 1),
            Figure.of("run.rows.accepted", (double) rows, "count", 1),
            Figure.of("run.rows.missing", (double) missing, "count", rows).exactly(0));
    synchronized (problems) {
      return new Outcome(
          figures,
          List.copyOf(problems),
          file.llm().scripted() ? "scripted: a fake, no language model" : servers.model.name(),
          interruption.wished());
    }
  }

  @Override
  public void close() {
    opened.close();
  }
}
