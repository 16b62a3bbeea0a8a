package dev.mama.cli;

import dev.mama.AgentCard;
import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.MamaException;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.Time;
import dev.mama.examples.Expertise;
import dev.mama.examples.Helper;
import dev.mama.examples.Needs.LabelledNeed;
import dev.mama.examples.Requester;
import dev.mama.examples.ScriptedExpert;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.Routing;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.spi.EventLog;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The demo's course: open, enrol, serve every need, count, report. */
final class Demo {

  private static final int REQUESTERS = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Who is there, what is needed, and what chance is drawn from. */
  record Input(List<AgentCard> cards, List<LabelledNeed> needs, long seed) {}

  /**
   * What no agent can read: the demo sends it once, to show a failure that stays where it happened.
   */
  record Unreadable(String why) {}

  private final Input input;
  private final DemoServers servers;
  private final Interruption interruption;
  private final AcceptedIds accepted = new AcceptedIds();
  private final EventLog log;
  private final ExactAgentIndex index;
  private final Assistance assistance;
  private final ExperimentId experiment =
      ExperimentId.of(
          "demo-"
              + DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS")
                  .withZone(ZoneOffset.UTC)
                  .format(Instant.now()));
  private final Map<Integer, Requester.Served> served = new ConcurrentSkipListMap<>();
  private final List<String> unanswered = new ArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();

  private Demo(Input input, DemoServers servers, Interruption interruption) {
    this.input = input;
    this.servers = servers;
    this.interruption = interruption;
    log = servers.log.watchedBy(accepted::add);
    index = new ExactAgentIndex(servers.encoder.dimension());
    assistance =
        Assistance.of(
            servers.encoder,
            index,
            InMemoryRegistry.create(),
            InMemoryTrustLedger.create(),
            WeightedScorePolicy.create(),
            Time.system());
  }

  /**
   * Runs the demo and writes its report; returns whether every need was answered and every accepted
   * row is there.
   */
  static boolean run(Input input, DemoServers.Settings settings, Report report)
      throws InterruptedException {
    var script =
        new ScriptedExpert(
            input.cards(),
            input.needs(),
            Expertise.draw(input.cards(), input.seed()),
            input.seed());
    try (var interruption = new Interruption();
        var bar = new Bar("demo")) {
      try (DemoServers servers =
          DemoServers.open(
              settings,
              script,
              step -> {
                interruption.check();
                bar.at(0, input.needs().size(), step);
              })) {
        interruption.check();
        var demo = new Demo(input, servers, interruption);
        demo.serve(bar);
        DemoReport findings = demo.findings();
        report.write(findings.figures(), findings.more());
        bar.finish();
        System.out.print(findings.text());
        System.out.println("All of it: " + report.file());
        return findings.allWell();
      }
    }
  }

  private void serve(Bar bar) throws InterruptedException {
    Map<AgentId, AgentCard> cards =
        input.cards().stream().collect(Collectors.toMap(AgentCard::agent, Function.identity()));
    bar.at(0, input.needs().size(), "enrolling %,d agents".formatted(cards.size()));
    assistance.enrol(input.cards());
    try (AgentGroup group =
        AgentGroup.builder(experiment)
            .name("demo")
            .transport(servers.transport)
            .routing(Routing.BROKER)
            .chatModel(servers.model)
            .eventLog(log)
            .assistance(assistance)
            .seed(input.seed())
            .build()) {
      group.define(AgentType.perId("helper", id -> new Helper(card(cards, id))));
      group.define(AgentType.of("requester", Requester::new));
      group.startAll(input.cards().stream().map(AgentCard::agent).toList(), "helper");
      List<AgentId> requesters =
          IntStream.range(0, Math.min(REQUESTERS, input.needs().size()))
              .mapToObj(i -> AgentId.of("requester-" + (i + 1)))
              .toList();
      group.startAll(requesters, "requester");
      Sender client = group.client("demo");
      var threads = new ArrayList<Thread>();
      for (int r = 0; r < requesters.size(); r++) {
        int first = r;
        threads.add(Thread.ofVirtual().start(() -> askAll(client, requesters, first, bar)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      drill(client, input.cards().getFirst().agent());
    }
  }

  private static AgentCard card(Map<AgentId, AgentCard> cards, AgentId id) {
    AgentCard card = cards.get(id);
    if (card == null) {
      throw new IllegalStateException("no card for agent '%s'".formatted(id));
    }
    return card;
  }

  /** Every {@code requesters.size()}-th need goes to the same requester, one after another. */
  private void askAll(Sender client, List<AgentId> requesters, int first, Bar bar) {
    try {
      for (int i = first;
          i < input.needs().size() && !interruption.wished();
          i += requesters.size()) {
        LabelledNeed need = input.needs().get(i);
        asked.incrementAndGet();
        ask(client, requesters.get(first), i, need);
        bar.at(served.size(), input.needs().size(), "needs served");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask(Sender client, AgentId requester, int number, LabelledNeed need)
      throws InterruptedException {
    var wanted = new Requester.Wanted(need.need().text(), need.specialty().orElse(""));
    String problem;
    try {
      Requester.Served result =
          client.ask(requester, Payload.of(wanted), PATIENCE).as(Requester.Served.class);
      served.put(number, result);
      problem = result.problem();
    } catch (MamaException e) {
      problem = String.valueOf(e.getMessage());
    }
    if (!problem.isEmpty()) {
      synchronized (unanswered) {
        unanswered.add("'%s': %s".formatted(wanted.need(), problem));
      }
    }
  }

  /**
   * Sends a message that its receiver cannot read; its failure must come back, be recorded, and end
   * there.
   */
  private void drill(Sender client, AgentId helper) throws InterruptedException {
    try {
      client.ask(helper, Payload.of(new Unreadable("a drill of the demo's")), PATIENCE);
      throw new IllegalStateException("agent '%s' read what cannot be read".formatted(helper));
    } catch (AgentFailedException expected) {
      // The failure is in the table of errors, which the report counts.
    }
  }

  private DemoReport findings() throws InterruptedException {
    return new DemoReport(
        input,
        servers,
        accepted,
        index,
        assistance.policy(),
        experiment,
        List.copyOf(served.values()),
        List.copyOf(unanswered),
        asked.get(),
        interruption.wished());
  }
}
