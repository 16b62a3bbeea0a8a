package dev.mama.bench;

import dev.mama.AgentCard;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Time;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.negotiation.Bid;
import dev.mama.negotiation.Bidder;
import dev.mama.negotiation.Demand;
import dev.mama.negotiation.ModelBidder;
import dev.mama.negotiation.Negotiation;
import dev.mama.negotiation.NegotiationEvent;
import dev.mama.negotiation.NegotiationEvent.StateChanged;
import dev.mama.negotiation.Negotiator;
import dev.mama.negotiation.NegotiatorBuilder;
import dev.mama.negotiation.Offer;
import dev.mama.negotiation.Outcome;
import dev.mama.negotiation.Participant;
import dev.mama.negotiation.Performative.CallForProposals;
import dev.mama.negotiation.Phase;
import dev.mama.negotiation.Prompts;
import dev.mama.negotiation.Rules;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.AgentGroupBuilder;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.Durability;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.spi.ChatModel;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A group with so many agents that negotiate, in memory, and the script of the model they ask: it
 * puts the demand into words, offers for every agent, asks the first of them a question, then makes
 * a plan. So the longest chain of model calls in a negotiation is five.
 */
final class NegotiationWorld implements AutoCloseable {

  /** Formulating, an offer, a round of the center, an answer to its question, the last round. */
  static final int CHAIN = 5;

  private static final AgentId REQUESTER = AgentId.of("requester");
  private static final String CARD = "Carries whatever it is asked to carry.";
  private static final Pattern CANARY = Pattern.compile("canary-\\d+-");
  private static final Pattern OFFER = Pattern.compile("^- agent (\\S+),", Pattern.MULTILINE);

  private final AgentGroup group;
  private final Negotiator negotiator;
  private final List<AgentId> agents = new ArrayList<>();

  /**
   * What came of a negotiation.
   *
   * @param pure whether no word of another negotiation was seen in it
   * @param phases how long it stood in each phase
   */
  record Held(Outcome outcome, long nanos, boolean pure, Map<Phase, Long> phases) {}

  private NegotiationWorld(AgentGroup group, Negotiator negotiator) {
    this.group = group;
    this.negotiator = negotiator;
  }

  /** Agents that ask {@code model}. */
  static NegotiationWorld ofModels(int agents, ChatModel model, Rules rules)
      throws InterruptedException {
    return open(
        agents,
        rules,
        options -> options.chatModel(model),
        id -> new ModelBidder(card(id), Prompts.builtIn()));
  }

  /** Agents that offer at once, in a contract net. */
  static NegotiationWorld ofContractors(int agents) throws InterruptedException {
    return open(agents, Rules.contractNet(), options -> options, id -> new Contractor());
  }

  /** The same with desks that are kept in {@code folder}. */
  static NegotiationWorld ofDurableContractors(int agents, Path folder, MeterRegistry meters)
      throws InterruptedException {
    return open(
        agents,
        options -> options.durable(Durability.in(folder)).meters(meters),
        options -> options.rules(Rules.contractNet()).durable(),
        id -> new Contractor());
  }

  private static final class Contractor implements Bidder {
    @Override
    public Bid bid(CallForProposals call, AgentContext context) {
      return Bid.of(new Offer("carries it", "carries whatever", 1, context.random().nextDouble()));
    }
  }

  /** Agents that do as {@code bidders} say. */
  static NegotiationWorld open(
      int agents,
      Rules rules,
      UnaryOperator<AgentGroupBuilder> options,
      Function<AgentId, ? extends Bidder> bidders)
      throws InterruptedException {
    return open(agents, options, negotiator -> negotiator.rules(rules), bidders);
  }

  private static NegotiationWorld open(
      int agents,
      UnaryOperator<AgentGroupBuilder> options,
      UnaryOperator<NegotiatorBuilder> how,
      Function<AgentId, ? extends Bidder> bidders)
      throws InterruptedException {
    var encoder = new HashingEncoder();
    var assistance =
        Assistance.of(
            encoder,
            new ExactAgentIndex(encoder.dimension()),
            InMemoryRegistry.create(Duration.ofDays(1), Time.system()),
            InMemoryTrustLedger.create(),
            WeightedScorePolicy.create(),
            Time.system());
    AgentGroup group =
        options.apply(AgentGroup.builder(ExperimentId.of("bench"))).assistance(assistance).build();
    var world =
        new NegotiationWorld(group, how.apply(Negotiator.builder(group, assistance)).open());
    AgentType type = Participant.type("participant", bidders);
    group.define(type);
    var cards = new ArrayList<AgentCard>();
    for (int i = 0; i < agents; i++) {
      AgentId id = AgentId.of("agent-" + i);
      world.agents.add(id);
      cards.add(card(id));
    }
    assistance.enrol(cards);
    group.startAll(world.agents, "participant");
    return world;
  }

  private static AgentCard card(AgentId id) {
    return new AgentCard(id, "carrying", CARD);
  }

  /** Opens negotiation number {@code number}, among {@code count} agents from {@code first} on. */
  Negotiation open(int number, int first, int count) throws InterruptedException {
    return negotiator.open(
        Demand.of(REQUESTER, "carry canary-%d- home".formatted(number))
            .invited(agents.subList(first, first + count)));
  }

  /** Waits for {@code negotiation}, opened at {@code startNanos}, and looks at what it has seen. */
  static Held await(Negotiation negotiation, int number, long startNanos)
      throws InterruptedException {
    Outcome outcome = negotiation.await();
    long nanos = System.nanoTime() - startNanos;
    String own = "canary-%d-".formatted(number);
    boolean pure = true;
    var phases = new EnumMap<Phase, Long>(Phase.class);
    for (NegotiationEvent event : negotiation.events().toList()) {
      pure &= CANARY.matcher(event.toString()).results().map(m -> m.group()).allMatch(own::equals);
      if (event instanceof StateChanged change) {
        phases.merge(change.from(), change.stayed().toNanos(), Long::sum);
      }
    }
    return new Held(outcome, nanos, pure, phases);
  }

  /** Holds one negotiation. */
  Held hold(int number, int first, int count) throws InterruptedException {
    long start = System.nanoTime();
    return await(open(number, first, count), number, start);
  }

  /** Holds {@code atOnce} at the same time, each among {@code count} agents of its own. */
  List<Held> holdAll(int atOnce, int count) throws InterruptedException {
    long start = System.nanoTime();
    var open = new ArrayList<Negotiation>();
    for (int i = 0; i < atOnce; i++) {
      open.add(open(i, i * count, count));
    }
    var held = new ArrayList<Held>();
    for (int i = 0; i < atOnce; i++) {
      held.add(await(open.get(i), i, start));
    }
    return held;
  }

  /** What the model says to {@code call}, after {@code latency}. */
  static Answer script(Call call, Duration latency) {
    return new Answer.Text(says(call.text()), latency);
  }

  private static String says(String prompt) {
    Matcher canary = CANARY.matcher(prompt);
    String own = canary.find() ? canary.group() : "";
    if (prompt.contains("Put a demand into words")) {
      return "{\"demand\": \"somebody is to carry %s home\"}".formatted(own);
    }
    if (prompt.contains("<question>")) {
      return "as far as you like";
    }
    if (prompt.contains("<card>")) {
      return """
      {"type": "MakeOffer", "summary": "carries %s", "citation": "carries whatever", "price": 1, "quality": 0.5}
      """
          .formatted(own);
    }
    Matcher offer = OFFER.matcher(prompt);
    String first = offer.find() ? offer.group(1) : "nobody";
    return prompt.contains("This is the last round")
        ? """
        {"decision": {"type": "OutputPlan", "summary": "%s is carried",
         "parts": [{"agent": "%s", "task": "carries %s"}]}}
        """
            .formatted(own, first, own)
        : "{\"moves\": [{\"type\": \"AskAgent\", \"agent\": \"%s\", \"question\": \"how far?\"}]}"
            .formatted(first);
  }

  @Override
  public void close() {
    negotiator.close();
    group.close();
  }
}
