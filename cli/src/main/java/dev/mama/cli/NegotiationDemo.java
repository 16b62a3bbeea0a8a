package dev.mama.cli;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.Time;
import dev.mama.bench.Figure;
import dev.mama.examples.ScriptedTeam;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.negotiation.Demand;
import dev.mama.negotiation.ModelBidder;
import dev.mama.negotiation.Negotiation;
import dev.mama.negotiation.NegotiationEvent;
import dev.mama.negotiation.NegotiationEvent.Answered;
import dev.mama.negotiation.NegotiationEvent.Called;
import dev.mama.negotiation.NegotiationEvent.Degraded;
import dev.mama.negotiation.NegotiationEvent.Dropped;
import dev.mama.negotiation.NegotiationEvent.Formulated;
import dev.mama.negotiation.NegotiationEvent.OfferReceived;
import dev.mama.negotiation.NegotiationEvent.PlanMade;
import dev.mama.negotiation.NegotiationEvent.Questioned;
import dev.mama.negotiation.NegotiationEvent.Rated;
import dev.mama.negotiation.NegotiationEvent.SetAside;
import dev.mama.negotiation.NegotiationEvent.StateChanged;
import dev.mama.negotiation.Negotiator;
import dev.mama.negotiation.Outcome;
import dev.mama.negotiation.Participant;
import dev.mama.negotiation.Phase;
import dev.mama.negotiation.Plan;
import dev.mama.negotiation.Prompts;
import dev.mama.negotiation.Rules;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.Routing;
import dev.mama.runtime.WeightedScorePolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The course of the negotiation demo: open, enrol, negotiate before the reader's eyes, report. */
final class NegotiationDemo {

  private static final AgentId REQUESTER = AgentId.of("organiser");
  private static final String PROFILE =
      "Organises a hackathon. Wants people who complement each other and stay till Sunday.";
  private static final int LONGEST_LINE = 150;

  /** Who is there, what is wanted, and what chance is drawn from. */
  record Input(List<AgentCard> cards, String demand, int members, int invite, long seed) {}

  private final Input input;
  private final DemoServers servers;
  private final ExperimentId experiment =
      ExperimentId.of(
          "negotiation-"
              + DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS")
                  .withZone(ZoneOffset.UTC)
                  .format(Instant.now()));
  private final List<NegotiationEvent> seen = new ArrayList<>();

  private NegotiationDemo(Input input, DemoServers servers) {
    this.input = input;
    this.servers = servers;
  }

  /** Runs it and writes its report; returns whether a plan was agreed and every event is a row. */
  static boolean run(Input input, DemoServers.Settings settings, Report report)
      throws InterruptedException {
    try (var interruption = new Interruption();
        DemoServers servers =
            DemoServers.open(
                settings,
                new ScriptedTeam(input.seed()),
                step -> {
                  interruption.check();
                  System.err.println("mama: opening: " + step);
                })) {
      var demo = new NegotiationDemo(input, servers);
      Outcome outcome = demo.negotiate();
      return demo.report(outcome, report);
    }
  }

  private Outcome negotiate() throws InterruptedException {
    var assistance =
        Assistance.of(
            servers.encoder,
            new ExactAgentIndex(servers.encoder.dimension()),
            InMemoryRegistry.create(),
            InMemoryTrustLedger.create(),
            WeightedScorePolicy.create(),
            Time.system());
    assistance.enrol(input.cards());
    Map<AgentId, AgentCard> cards =
        input.cards().stream().collect(Collectors.toMap(AgentCard::agent, Function.identity()));
    Prompts prompts = Prompts.builtIn();
    try (AgentGroup group =
            AgentGroup.builder(experiment)
                .name("negotiation")
                .transport(servers.transport)
                .routing(Routing.BROKER)
                .chatModel(servers.model)
                .eventLog(servers.log)
                .assistance(assistance)
                .seed(input.seed())
                .build();
        Negotiator negotiator =
            Negotiator.builder(group, assistance)
                .rules(Rules.synthesis().invite(input.invite()))
                .prompts(prompts)
                .open()) {
      group.define(
          Participant.type(
              "participant",
              id -> new ModelBidder(cards.getOrDefault(id, input.cards().getFirst()), prompts)));
      group.startAll(input.cards().stream().map(AgentCard::agent).toList(), "participant");
      System.out.printf("%n%s%n%n", input.demand());
      Negotiation negotiation =
          negotiator.open(
              Demand.of(REQUESTER, input.demand()).profile(PROFILE).members(input.members()));
      long start = System.nanoTime();
      negotiation
          .events()
          .forEach(event -> {
            seen.add(event);
            System.out.println(line(event, Duration.ofNanos(System.nanoTime() - start)));
          });
      return negotiation.await();
    }
  }

  private static String line(NegotiationEvent event, Duration after) {
    String text =
        switch (event) {
          case StateChanged e ->
              "%s → %s (%s, %d ms)".formatted(e.from(), e.to(), e.by(), e.stayed().toMillis());
          case Formulated e -> "  asks: " + e.text();
          case Called e -> "  invites %d: %s".formatted(e.agents().size(), e.agents());
          case OfferReceived e ->
              "  %s offers for %s: %s".formatted(e.agent(), e.offer().price(), e.offer().summary());
          case Dropped e -> "  %s does not: %s".formatted(e.agent(), e.reason());
          case Questioned e -> "  asks %s: %s".formatted(e.agent(), e.question());
          case Answered e -> "  %s answers: %s".formatted(e.agent(), e.answer());
          case PlanMade e -> "  plan by %s: %s".formatted(e.plan().by(), e.plan().summary());
          case Degraded e -> "  without the model in %s: %s".formatted(e.stage(), e.reason());
          case SetAside e -> "  %s of %s is %s".formatted(e.what(), e.from(), e.receipt());
          case Rated e -> String.format(Locale.ROOT, "  %s rated %.2f", e.agent(), e.quality());
        };
    String line =
        String.format(
            Locale.ROOT, "%7.3f s  %s", after.toNanos() / 1e9, text.replaceAll("\\s+", " "));
    return line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE - 1) + "…";
  }

  private boolean report(Outcome outcome, Report report) throws InterruptedException {
    boolean agreed = outcome instanceof Outcome.Awarded;
    var rows = new AtomicInteger();
    servers.log.flush();
    servers.log.read(
        experiment,
        event -> {
          if (event instanceof Event.EventRecorded row && row.kind().startsWith("negotiation.")) {
            rows.incrementAndGet();
          }
        });
    int offers = count(OfferReceived.class);
    var figures = new ArrayList<Figure>();
    figures.add(Figure.of("demo.negotiation.agreed", agreed ? 1 : 0, "count", 1).exactly(1));
    figures.add(Figure.of("demo.negotiation.participants", input.cards().size(), "count", 1));
    figures.add(Figure.of("demo.negotiation.offers", offers, "count", 1));
    figures.add(Figure.of("demo.negotiation.events", seen.size(), "count", 1));
    figures.add(
        Figure.of("demo.negotiation.rows-missing", seen.size() - rows.get(), "count", 1)
            .exactly(0));
    var phases = new EnumMap<Phase, Double>(Phase.class);
    for (NegotiationEvent event : seen) {
      if (event instanceof StateChanged e) {
        phases.merge(e.from(), e.stayed().toNanos() / 1e6, Double::sum);
      }
    }
    phases.forEach((phase, millis) -> {
      String name = "demo.negotiation." + phase.name().toLowerCase(Locale.ROOT);
      figures.add(Figure.of(name, millis, "ms", 1));
    });
    var more = new LinkedHashMap<String, Object>();
    more.put(
        "model",
        servers.modelIsScripted() ? "scripted: a fake, no model was asked" : servers.model.name());
    more.put("transport", "mqtt");
    more.put("experiment", experiment.value());
    more.put("demand", input.demand());
    more.put("outcome", outcome.toString());
    report.write(figures, more);
    System.out.println();
    System.out.print(text(outcome));
    System.out.print(Report.table(figures));
    System.out.println("All of it: " + report.file());
    return agreed && seen.size() == rows.get();
  }

  private int count(Class<? extends NegotiationEvent> type) {
    return (int) seen.stream().filter(type::isInstance).count();
  }

  private static String text(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Awarded(Plan plan) ->
          plan.summary()
              + "\n"
              + plan.shares().stream()
                  .map(share -> "  %-22s %s%n".formatted(share.agent(), share.task()))
                  .collect(Collectors.joining());
      case Outcome.NoAgreement(var reason, var detail) ->
          "no agreement, %s: %s%n".formatted(reason, detail);
      case Outcome.Cancelled(var detail) -> "taken back: %s%n".formatted(detail);
      case Outcome.Expired(var at) -> "out of time at %s%n".formatted(at);
    };
  }
}
