package dev.mama.cli.guide;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.ChatMessage;
import dev.mama.ChatMessage.Role;
import dev.mama.Event;
import dev.mama.Event.MessageSent;
import dev.mama.ExperimentId;
import dev.mama.Referral;
import dev.mama.SurveyForm;
import dev.mama.SurveyForm.Question;
import dev.mama.SurveyReport;
import dev.mama.Time;
import dev.mama.embedded.EmbeddedBroker;
import dev.mama.embedded.EmbeddedDatabase;
import dev.mama.embedded.RunFolder;
import dev.mama.marl.DecisionLog;
import dev.mama.marl.Explanation;
import dev.mama.marl.LearnedPolicy;
import dev.mama.marl.LoggedDecision;
import dev.mama.marl.OffPolicyEstimate;
import dev.mama.marl.Stochastic;
import dev.mama.marl.SwappablePolicy;
import dev.mama.memory.JournalMemoryLog;
import dev.mama.memory.MemoryOptions;
import dev.mama.memory.SemanticMemory;
import dev.mama.memory.Session;
import dev.mama.memory.SessionOptions;
import dev.mama.memory.Sessions;
import dev.mama.memory.WindowLimits;
import dev.mama.mlflow.MlflowRun;
import dev.mama.negotiation.Bid;
import dev.mama.negotiation.Bidder;
import dev.mama.negotiation.Demand;
import dev.mama.negotiation.Negotiation;
import dev.mama.negotiation.Negotiator;
import dev.mama.negotiation.Offer;
import dev.mama.negotiation.Outcome;
import dev.mama.negotiation.Participant;
import dev.mama.negotiation.Performative.CallForProposals;
import dev.mama.negotiation.Phase;
import dev.mama.negotiation.Plan;
import dev.mama.pg.ArchivingEventLog;
import dev.mama.pg.AvroArchive;
import dev.mama.pg.Difference;
import dev.mama.pg.EventQuery;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import dev.mama.pg.Replay;
import dev.mama.pg.Spool;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.Durability;
import dev.mama.runtime.InMemoryTransport;
import dev.mama.runtime.Routing;
import dev.mama.spi.AgentIndex;
import dev.mama.spi.ChatModel;
import dev.mama.spi.Envelope;
import dev.mama.spi.EventLog;
import dev.mama.spi.Registry;
import dev.mama.spi.SentenceEncoder;
import dev.mama.spi.Transport;
import dev.mama.spi.TrustLedger;
import dev.mama.testkit.Faults;
import dev.mama.testkit.Latency;
import dev.mama.testkit.RateLimit;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.SteppedMachine;
import dev.mama.testkit.TestGroup;
import dev.mama.testkit.TransportContract;
import dev.mama.testkit.UnrulyTransport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * Samples of the guide's chapters 4, 6, 8, 13 and 14, to the letter. What no module's own test runs
 * is at least compiled here: {@link GuideTest} sees to that.
 */
@SuppressWarnings({"UnusedVariable", "ReturnValueIgnored"}) // a sample shows a value, and goes on
final class ServiceSamples {

  private ServiceSamples() {}

  static void storage(ExperimentId experiment, String password) throws Exception {
    try (var log =
            PgEventLog.open(PgDatabase.of("jdbc:postgresql://localhost/mama", "mama", password));
        var group = AgentGroup.builder(experiment).eventLog(log).build()) {
      System.out.println(group.name());
    }
  }

  static void spool(String url, String user, String password) throws Exception {
    var database =
        PgDatabase.of(url, user, password)
            .withSpool(Spool.in(Path.of("/var/lib/app/spool")).withLimit(4L << 30));
  }

  static void replay(
      PgEventLog log,
      ExperimentId experiment,
      ExperimentId first,
      ExperimentId second,
      Consumer<Event> shown)
      throws Exception {
    class Shown {
      void show(Event event) {
        shown.accept(event);
      }

      void replay() throws Exception {
        var query =
            EventQuery.all(experiment)
                .kinds(Set.of(MessageSent.class))
                .agents(Set.of(AgentId.of("scout-1")));
        Replay.of(log, query)
            .atSpeed(10)
            .run(event -> show(event)); // ten times as fast as it happened
        Difference.between(log, first, log, second).ifPresent(System.out::println);
      }
    }
    new Shown().replay();
  }

  static void archive(PgDatabase database) throws Exception {
    try (var log =
        new ArchivingEventLog(PgEventLog.open(database), AvroArchive.open(Path.of("archive")))) {
      log.flush();
    } // both
    try (var log = AvroArchive.open(Path.of("archive"))) {
      log.flush();
    } // the archive alone
  }

  static void mlflow(ExperimentId experiment, EventLog log) throws Exception {
    try (var run = MlflowRun.start("http://localhost:5000", experiment);
        var group = AgentGroup.builder(experiment).eventLog(run.watch(log)).build()) {
      run.param("agents", 1_000);
      try (var phase = run.phase("warm up")) {
        phase.metric("loss", group.name().length());
      } // a nested run
    }
  }

  static void survey(AgentGroup group, List<AgentId> agents) throws Exception {
    var form =
        new SurveyForm(
            "mood",
            "How is it?",
            List.of(
                Question.choice("like", "Do you like it?", "yes", "no"),
                Question.open("why", "Why?")));
    SurveyReport report = group.survey("pollster", form, agents, Duration.ofMinutes(1));
    Files.write(Path.of("mood.json"), report.json());
  }

  static void badNetwork() {
    var machine = SteppedMachine.seeded(7);
    var faults =
        UnrulyTransport.Faults.NONE
            .delayed(Duration.ofMillis(1), Duration.ofSeconds(2))
            .doubling(0.3);
    var wire = UnrulyTransport.open(machine.time(), 7, faults);
    var group = TestGroup.on(machine, options -> options.transport(wire).routing(Routing.BROKER));
    group.close();
  }

  static Class<?> contract() {
    class MyTransportTest extends TransportContract {
      @Override
      protected Transport open() {
        return new MyTransport();
      }
    }
    return MyTransportTest.class;
  }

  /** A transport of one's own: here another one that does the work. */
  private static final class MyTransport implements Transport {

    private final Transport other = InMemoryTransport.open();

    @Override
    public String name() {
      return "mine";
    }

    @Override
    public void subscribe(
        ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
        throws InterruptedException {
      other.subscribe(experiment, agents, receiver);
    }

    @Override
    public void unsubscribe(
        ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
        throws InterruptedException {
      other.unsubscribe(experiment, agents, receiver);
    }

    @Override
    public void send(Envelope envelope) throws InterruptedException {
      other.send(envelope);
    }

    @Override
    public void subscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
        throws InterruptedException {
      other.subscribeTopic(experiment, topic, receiver);
    }

    @Override
    public void unsubscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
        throws InterruptedException {
      other.unsubscribeTopic(experiment, topic, receiver);
    }

    @Override
    public void publish(Envelope envelope) throws InterruptedException {
      other.publish(envelope);
    }

    @Override
    public void close() {
      other.close();
    }
  }

  static void faults() throws Exception {
    var latency = Latency.logNormal(Duration.ofMillis(200), 0.5, 42);
    var limit = new RateLimit(60, Duration.ofSeconds(1), RateLimit.Form.RESET, Time.system());
    var server =
        ScriptedChatServer.start(
            limit.before(call ->
                call.text().contains("unlucky")
                    ? Faults.truncated(call, "half")
                    : new Answer.Text("fine", latency.next())));
    server.close();
  }

  static void embedded() throws Exception {
    try (var folder = RunFolder.open("my-test");
        var broker = EmbeddedBroker.start(folder.path());
        var database = EmbeddedDatabase.start(folder.path())) {
      System.out.println(broker.uri() + database.jdbcUrl());
    }
  }

  static void sessions() throws Exception {
    try (var log = JournalMemoryLog.open(Path.of("sessions"))) {
      var sessions =
          Sessions.of(
              SessionOptions.defaults().window(new WindowLimits(20, 2_000)), Time.system(), log);
      Session session = sessions.open("user-7", AgentId.of("tap-1"));
      session.add(new ChatMessage(Role.USER, "The tap drips again."));
      var request = session.messages(); // the summary, where there is one, and the latest messages
    }
  }

  static void memory(SentenceEncoder encoder, AgentId agent) throws Exception {
    var memory =
        SemanticMemory.of(
            encoder, MemoryOptions.defaults().halfLife(Duration.ofDays(7)), Time.system());
    memory.addAll(agent, List.of("The tap was mended in May.", "The landlord pays for pipes."));
    for (SemanticMemory.Recalled it : memory.recall(agent, "who pays for the tap?", 3)) {
      System.out.println(it.item().text() + ", " + it.relevance());
    }
  }

  static void learned(
      SentenceEncoder encoder,
      AgentIndex index,
      Registry registry,
      TrustLedger ledger,
      Referral referral,
      Path newer) {
    var policy = LearnedPolicy.shipped(); // or LearnedPolicy.read(Path.of("policy.safetensors"))
    var assistance = Assistance.of(encoder, index, registry, ledger, policy, Time.system());
    Explanation why = policy.explain(referral.state());
    why.choices().get(0).correction(); // what the network adds to the rule for the first candidate
    why.influences()
        .get(0); // such as candidate.1.load, its value, and how far it moved the log-odds
    var current = SwappablePolicy.of(LearnedPolicy.shipped()); // given to Assistance
    current.swap(LearnedPolicy.read(newer));
  }

  static void offPolicy(EventLog log, ExperimentId experiment, Stochastic candidate)
      throws Exception {
    List<LoggedDecision> logged =
        DecisionLog.read(log, experiment, 0.05, 0.3); // cost of a second, of a missing answer
    OffPolicyEstimate estimate = OffPolicyEstimate.of(logged, candidate);
    estimate.verdict(); // SNIPS; empty below an effective sample size of 100
  }

  static void negotiation(AgentGroup group, Assistance assistance, AgentId me, Logger log)
      throws Exception {
    try (var negotiator = Negotiator.builder(group, assistance).open()) {
      Negotiation n =
          negotiator.open(
              Demand.of(me, "A team for a weekend: an app that finds lost cats.").members(3));
      n.events().forEach(event -> log.info("{}", event)); // ends with the negotiation
      Outcome outcome = n.await();
      switch (outcome) {
        case Outcome.Awarded(Plan plan) -> log.info("{}", plan.summary());
        case Outcome.NoAgreement(Outcome.Reason reason, String detail) ->
            log.info("{}: {}", reason, detail);
        case Outcome.Cancelled(String detail) -> log.info("taken back: {}", detail);
        case Outcome.Expired(Phase at) -> log.info("out of time at {}", at);
      }
    }
  }

  static void bidder(AgentGroup group) {
    final class Painter implements Bidder {
      @Override
      public Bid bid(CallForProposals call, AgentContext context) {
        return call.demand().contains("wall")
            ? Bid.of(new Offer("I paint it on Monday", "paints walls and ceilings", 120, 0.9))
            : new Bid.Refusal("not my field");
      }

      @Override
      public String perform(String share, AgentContext context) {
        return "painted";
      }
    }

    group.define(Participant.type("painter", id -> new Painter()));
  }

  static void resumed(
      ExperimentId experiment, Assistance assistance, ChatModel model, Path folder, Logger log)
      throws Exception {
    final class Painter implements Bidder {
      @Override
      public Bid bid(CallForProposals call, AgentContext context) {
        return new Bid.Refusal("not my field");
      }
    }
    var group =
        AgentGroup.builder(experiment)
            .assistance(assistance)
            .chatModel(model)
            .durable(Durability.in(folder))
            .build();
    var negotiator = Negotiator.builder(group, assistance).durable().open();
    group.define(Participant.durableType("painter", id -> new Painter()));
    group.resume();
    for (Negotiation n : negotiator.resume()) {
      log.info("{}: {}", n.id(), n.await());
    }
    negotiator.close();
    group.close();
  }
}
