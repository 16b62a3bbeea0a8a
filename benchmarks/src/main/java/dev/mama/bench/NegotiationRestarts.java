package dev.mama.bench;

import dev.mama.AgentCard;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.Time;
import dev.mama.embedded.EmbeddedBroker;
import dev.mama.embedded.EmbeddedDatabase;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.mqtt.MqttBroker;
import dev.mama.mqtt.MqttTransport;
import dev.mama.negotiation.Bid;
import dev.mama.negotiation.Bidder;
import dev.mama.negotiation.Demand;
import dev.mama.negotiation.Negotiation;
import dev.mama.negotiation.NegotiationEvent;
import dev.mama.negotiation.NegotiationEvent.StateChanged;
import dev.mama.negotiation.Negotiator;
import dev.mama.negotiation.Offer;
import dev.mama.negotiation.Outcome;
import dev.mama.negotiation.Participant;
import dev.mama.negotiation.Performative.CallForProposals;
import dev.mama.negotiation.Phase;
import dev.mama.negotiation.Rules;
import dev.mama.negotiation.Rules.Limits;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import dev.mama.pg.Spool;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.testkit.HashingEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A broker, and a database, stopped and started again under a negotiation: the last offer is made
 * while the server is away, so the negotiation cannot have ended before. Each is a figure that is 1
 * where there was one award, one performance, one release of everybody else, and no event was lost
 * or doubled.
 */
final class NegotiationRestarts {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("restarts");
  private static final int AGENTS = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final AgentId WATCHER = AgentId.of("watcher");
  private static final AgentId REQUESTER = AgentId.of("requester");

  private NegotiationRestarts() {}

  /**
   * Bidders that can tell what was done with them. The first one thinks until it is told to go on.
   */
  private static final class Crew {
    final CountDownLatch bidding = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    final CountDownLatch free = new CountDownLatch(AGENTS - 1);
    final AtomicInteger performed = new AtomicInteger();
    final AtomicInteger released = new AtomicInteger();

    Bidder bidder(AgentId id) {
      return new Bidder() {
        @Override
        public Bid bid(CallForProposals call, AgentContext context) throws InterruptedException {
          if (id.equals(agent(0))) {
            bidding.countDown();
            goOn.await();
          }
          return Bid.of(new Offer("carries it", "carries whatever", 1, 0.5));
        }

        @Override
        public String perform(String share, AgentContext context) {
          performed.incrementAndGet();
          return "done";
        }

        @Override
        public void released(String conversation, String reason, AgentContext context) {
          released.incrementAndGet();
          free.countDown();
        }
      };
    }

    /** Whether one has performed and all others have been released, each once. */
    boolean isSettled() throws InterruptedException {
      return free.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)
          && performed.get() == 1
          && released.get() == AGENTS - 1;
    }
  }

  private static AgentId agent(int number) {
    return AgentId.of("agent-" + number);
  }

  private static Assistance assistance() throws InterruptedException {
    var encoder = new HashingEncoder();
    var assistance =
        Assistance.of(
            encoder,
            new ExactAgentIndex(encoder.dimension()),
            InMemoryRegistry.create(Duration.ofDays(1), Time.system()),
            InMemoryTrustLedger.create(),
            WeightedScorePolicy.create(),
            Time.system());
    var cards = new ArrayList<AgentCard>();
    for (int i = 0; i < AGENTS; i++) {
      cards.add(new AgentCard(agent(i), "carrying", "Carries whatever it is asked to carry."));
    }
    assistance.enrol(cards);
    return assistance;
  }

  private static Negotiator negotiator(AgentGroup group, Assistance assistance)
      throws InterruptedException {
    Limits limits = Limits.DEFAULT.offers(PATIENCE, Duration.ZERO).performance(PATIENCE);
    return Negotiator.builder(group, assistance)
        .rules(Rules.contractNet().quorum(AGENTS).limits(limits))
        .open();
  }

  private static void start(AgentGroup group, Crew crew) throws InterruptedException {
    group.define(Participant.type("participant", crew::bidder));
    var agents = new ArrayList<AgentId>();
    for (int i = 0; i < AGENTS; i++) {
      agents.add(agent(i));
    }
    group.startAll(agents, "participant");
  }

  /** Has an agent follow the events, as whoever shows them to people does. */
  private static void watch(AgentGroup group) throws InterruptedException {
    group.define(
        AgentType.of(
            "watcher",
            () ->
                (message, context) -> {
                  if (message.payload().type().equals("Text")) {
                    context.join(NegotiationEvent.TOPIC);
                    context.reply(message.payload());
                  }
                }));
    group.start(WATCHER, "watcher");
    var unused = group.client("gate").ask(WATCHER, Payload.text("watch"), PATIENCE);
  }

  private static Negotiation open(Negotiator negotiator) throws InterruptedException {
    var agents = new ArrayList<AgentId>();
    for (int i = 0; i < AGENTS; i++) {
      agents.add(agent(i));
    }
    return negotiator.open(Demand.of(REQUESTER, "carry it home").invited(agents));
  }

  private static boolean isAwardedOnce(Negotiation negotiation) throws InterruptedException {
    return negotiation.await() instanceof Outcome.Awarded
        && negotiation.events().filter(NegotiationRestarts::isAward).count() == 1;
  }

  private static boolean isAward(NegotiationEvent event) {
    return event instanceof StateChanged change && change.to() == Phase.AWARDED;
  }

  private static List<Figure> figure(String name, boolean holds) {
    return List.of(Figure.of("negotiation.fault." + name, holds ? 1 : 0, "count", 1).exactly(1));
  }

  /** Desk and participants in two groups that know each other through the broker alone. */
  static List<Figure> broker(Path folder) throws IOException, InterruptedException {
    Path home = Files.createDirectories(folder.resolve("broker"));
    EmbeddedBroker broker = EmbeddedBroker.startOnDisk(home, 0);
    try {
      int port = broker.port();
      var crew = new Crew();
      Assistance assistance = assistance();
      try (var office = MqttTransport.connect(MqttBroker.at("127.0.0.1", port));
          var yard = MqttTransport.connect(MqttBroker.at("127.0.0.1", port));
          var desks =
              AgentGroup.builder(EXPERIMENT)
                  .name("office")
                  .transport(office)
                  .assistance(assistance)
                  .build();
          var workers = AgentGroup.builder(EXPERIMENT).name("yard").transport(yard).build();
          var negotiator = negotiator(desks, assistance)) {
        start(workers, crew);
        watch(workers);
        Negotiation negotiation = open(negotiator);
        crew.bidding.await();
        broker.close();
        boolean wasOpen = negotiation.outcome().isEmpty();
        crew.goOn.countDown();
        broker = EmbeddedBroker.startOnDisk(home, port);
        boolean holds = wasOpen && isAwardedOnce(negotiation) && crew.isSettled();
        boolean wasAway = office.figures().reconnects() > 0 && yard.figures().reconnects() > 0;
        return figure("broker-restart", holds && wasAway);
      }
    } finally {
      broker.close();
    }
  }

  /** A group whose rows go to a database that is away when the negotiation ends. */
  static List<Figure> database(Path folder) throws IOException, InterruptedException {
    Path home = Files.createDirectories(folder.resolve("database"));
    EmbeddedDatabase database = EmbeddedDatabase.start(home);
    try {
      int port = database.port();
      var crew = new Crew();
      Assistance assistance = assistance();
      var options =
          PgDatabase.of(database.jdbcUrl(), database.user(), database.password())
              .withSpool(Spool.in(folder.resolve("spool")));
      try (var log = PgEventLog.open(options)) {
        Negotiation negotiation;
        boolean holds;
        try (var group =
                AgentGroup.builder(EXPERIMENT).assistance(assistance).eventLog(log).build();
            var negotiator = negotiator(group, assistance)) {
          start(group, crew);
          negotiation = open(negotiator);
          crew.bidding.await();
          database.close();
          boolean wasOpen = negotiation.outcome().isEmpty();
          crew.goOn.countDown();
          holds = wasOpen && isAwardedOnce(negotiation) && crew.isSettled();
          database = EmbeddedDatabase.start(home, port);
        }
        log.flush();
        return figure("database-restart", holds && isWhole(log, negotiation));
      }
    } finally {
      database.close();
    }
  }

  /** Whether each event of the negotiation is a row, and one only. */
  private static boolean isWhole(PgEventLog log, Negotiation negotiation)
      throws InterruptedException {
    var rows = new ArrayList<String>();
    var ids = new HashSet<UUID>();
    log.read(
        EXPERIMENT,
        event -> {
          if (event instanceof Event.EventRecorded row && row.kind().startsWith("negotiation.")) {
            rows.add(row.kind().substring("negotiation.".length()));
            ids.add(row.id());
          }
        });
    List<String> seen =
        negotiation.events().map(event -> event.getClass().getSimpleName()).sorted().toList();
    return ids.size() == rows.size() && rows.stream().sorted().toList().equals(seen);
  }
}
