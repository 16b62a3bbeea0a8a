package dev.mama.cli;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Time;
import dev.mama.bench.Figure;
import dev.mama.cli.AgentTypes.Life;
import dev.mama.cli.ExperimentFile.Agents;
import dev.mama.cli.ExperimentFile.StepLife;
import dev.mama.examples.Expertise;
import dev.mama.examples.InputException;
import dev.mama.examples.Needs;
import dev.mama.examples.ScriptedExpert;
import dev.mama.journal.Grade;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.matching.OnnxSentenceEncoder;
import dev.mama.minilm.MiniLm;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.registry.JournalTrustLedger;
import dev.mama.replay.RunJournal;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.Durability;
import dev.mama.runtime.Resumed;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.spi.EventLog;
import dev.mama.spi.TrustLedger;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An experiment from its beginning to its end: open, enrol, start or resume, go on, count. */
final class ExperimentRun implements AutoCloseable {

  private final ExperimentFile file;
  private final ClassLoader classes;
  private final @Nullable KeptExperiment kept;
  private final Interruption interruption;
  private final Bar bar;
  private final Opened opened = new Opened();
  private final ExperimentServers servers;
  private final AcceptedIds accepted = new AcceptedIds();
  private final EventLog log;
  private final Map<AgentId, AgentCard> cards = new HashMap<>();
  private final List<AgentGroup> groups = new ArrayList<>();
  private final List<Resumed> resumed = new ArrayList<>();
  private final @Nullable RunJournal journal;

  /**
   * What came of it.
   *
   * @param figures counted at the other end, wherever there is one
   * @param problems of what was not done, the first 100
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
      @Nullable KeptExperiment kept,
      Interruption interruption,
      Bar bar)
      throws InterruptedException {
    this.file = file;
    this.classes = classes;
    this.kept = kept;
    this.interruption = interruption;
    this.bar = bar;
    file.agents().forEach(agents -> cards.putAll(agents.cards()));
    boolean complete = false;
    try {
      journal =
          record == null
              ? null
              : opened.keep(RunJournal.create(record, file.experiment(), file.seed()));
      servers =
          opened.keep(ExperimentServers.open(file, environment, script(), kept, this::opening));
      complete = true;
    } finally {
      if (!complete) {
        opened.close();
      }
    }
    log = servers.watched.watchedBy(accepted::add);
  }

  /**
   * Finds mistakes of the user's that only the class path shows, before anything is started.
   *
   * @throws InputException if a class cannot be used
   */
  static void check(ExperimentFile file, ClassLoader classes) {
    file.agents().forEach(agents -> AgentTypes.of(agents, Map.of(), Life.of(file), classes));
  }

  /**
   * Runs {@code file}, and closes all that it opened.
   *
   * @param record the folder in which the run is kept turn by turn, or null
   * @param kept where its agents are kept if they are durable, else null
   * @param report is given the outcome before the JVM may end, where somebody has stopped the run
   */
  static Outcome run(
      ExperimentFile file,
      ClassLoader classes,
      UnaryOperator<@Nullable String> environment,
      @Nullable Path record,
      @Nullable KeptExperiment kept,
      Consumer<Outcome> report)
      throws InterruptedException {
    if (file.durability().isPresent() != (kept != null)) {
      throw new IllegalArgumentException("durable agents, and only those, are kept in a folder");
    }
    check(file, classes);
    try (var interruption = new Interruption();
        var bar = new Bar("run");
        var run = new ExperimentRun(file, classes, environment, record, kept, interruption, bar)) {
      Outcome outcome = run.run();
      if (!outcome.allWell()) {
        run.servers.failed();
      }
      report.accept(outcome);
      return outcome;
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
        groups.add(group("g" + number, assistance));
      }
      Course course = start();
      long start = System.nanoTime();
      Course.Result result = course.run();
      double millis = (System.nanoTime() - start) / 1e6;
      closeGroups();
      Outcome outcome = outcome(result, millis);
      if (kept != null && !outcome.interrupted()) {
        kept.ended();
      }
      return outcome;
    } finally {
      closeGroups();
    }
  }

  private AgentGroup group(String name, @Nullable Assistance assistance) {
    var builder =
        AgentGroup.builder(file.experiment())
            .name(name)
            .transport(servers.transport)
            .chatModel(servers.model)
            .eventLog(log)
            .seed(file.seed());
    if (kept != null) {
      Grade grade = file.durability().orElseThrow();
      builder = builder.durable(Durability.in(kept.folder(name)).grade(grade));
    }
    return (assistance == null ? builder : builder.assistance(assistance)).build();
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
    TrustLedger ledger =
        kept == null
            ? InMemoryTrustLedger.create()
            : opened.keep(JournalTrustLedger.open(kept.folder("ledger"), Time.system()));
    var assistance =
        Assistance.of(
            encoder,
            new ExactAgentIndex(encoder.dimension()),
            InMemoryRegistry.create(),
            ledger,
            WeightedScorePolicy.create(),
            Time.system());
    assistance.enrol(cards.values());
    return assistance;
  }

  private Course start() throws InterruptedException {
    Map<String, AgentType> types = new HashMap<>();
    for (Agents agents : file.agents()) {
      AgentType plain = AgentTypes.of(agents, cards, Life.of(file), classes);
      types.put(agents.type(), journal == null ? plain : journal.recorded(plain));
    }
    if (file.steps().isPresent()) {
      return inSteps(file.steps().get(), types);
    }
    var deal = Deal.of(file);
    for (int i = 0; i < groups.size(); i++) {
      AgentGroup group = groups.get(i);
      for (Agents agents : file.agents()) {
        group.define(type(types, agents));
      }
      if (kept != null) {
        group.define(
            KeptTasks.type(group, deal.work().get(i), file.groupConcurrency(), interruption));
        resumed.add(group.resume());
      }
    }
    for (int i = 0; i < groups.size(); i++) {
      start(groups.get(i), deal.agents().get(i), kept == null ? 0 : resumed.get(i).agents());
    }
    return kept == null
        ? new AskedTasks(groups, deal.work(), file.groupConcurrency(), interruption, bar)
        : new KeptTasks(groups, deal.work(), interruption, bar);
  }

  /**
   * Starts the agents of {@code group} that are not there: in their order, so that where a kill
   * came while they were started, the first ones are.
   */
  private void start(AgentGroup group, Map<String, List<AgentId>> agents, int there)
      throws InterruptedException {
    int skip = there;
    for (Agents each : file.agents()) {
      List<AgentId> ids = agents.getOrDefault(each.type(), List.of());
      List<AgentId> missing = ids.subList(Math.min(skip, ids.size()), ids.size());
      skip -= ids.size() - missing.size();
      if (!missing.isEmpty()) {
        group.startAll(missing, each.type());
      }
    }
    if (kept != null && skip == 0) {
      group.start(KeptTasks.giver(group), KeptTasks.TYPE);
    }
  }

  private Course inSteps(StepLife life, Map<String, AgentType> types) throws InterruptedException {
    var course =
        new StepCourse(
            groups.getFirst(),
            life,
            journal == null ? (step, agent) -> {} : journal.listener(),
            interruption,
            bar);
    course.start(file.agents(), types);
    return course;
  }

  private static AgentType type(Map<String, AgentType> types, Agents agents) {
    AgentType type = types.get(agents.type());
    if (type == null) {
      throw new IllegalStateException("type '%s' was not made".formatted(agents.type()));
    }
    return type;
  }

  private void closeGroups() {
    groups.forEach(AgentGroup::close);
    groups.clear();
  }

  private Outcome outcome(Course.Result result, double millis) throws InterruptedException {
    Set<UUID> found = servers.log.ids(file.experiment());
    long rows = 0;
    long missing = 0;
    for (Set<UUID> ids : accepted.byTable().values()) {
      rows += ids.size();
      missing += ids.stream().filter(id -> !found.contains(id)).count();
    }
    var figures = new ArrayList<Figure>();
    figures.add(Figure.of("run.agents", file.agentCount(), "count", 1));
    figures.addAll(result.figures());
    figures.add(Figure.of("run.took", millis, "ms", 1));
    figures.add(Figure.of("run.rows.accepted", (double) rows, "count", 1));
    figures.add(Figure.of("run.rows.missing", (double) missing, "count", rows).exactly(0));
    if (kept != null && kept.isBegun()) {
      long turns = resumed.stream().mapToLong(Resumed::turns).sum();
      int messages = resumed.stream().mapToInt(Resumed::messages).sum();
      figures.add(Figure.of("run.resumed.turns", (double) turns, "count", 1));
      figures.add(Figure.of("run.resumed.messages", messages, "count", 1));
    }
    return new Outcome(
        List.copyOf(figures),
        result.problems(),
        file.llm().scripted() ? "scripted: a fake, no language model" : servers.model.name(),
        interruption.wished());
  }

  @Override
  public void close() {
    opened.close();
  }
}
