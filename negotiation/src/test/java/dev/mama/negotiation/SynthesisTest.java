package dev.mama.negotiation;

import static dev.mama.negotiation.Table.bids;
import static dev.mama.negotiation.Table.demand;
import static dev.mama.negotiation.Table.offer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.ChatException;
import dev.mama.ChatRequest;
import dev.mama.negotiation.NegotiationEvent.Answered;
import dev.mama.negotiation.NegotiationEvent.Called;
import dev.mama.negotiation.NegotiationEvent.Degraded;
import dev.mama.negotiation.NegotiationEvent.Formulated;
import dev.mama.negotiation.NegotiationEvent.StateChanged;
import dev.mama.negotiation.Outcome.Awarded;
import dev.mama.negotiation.Outcome.NoAgreement;
import dev.mama.negotiation.Outcome.Reason;
import dev.mama.negotiation.Performative.CallForProposals;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class SynthesisTest {

  private static final String WORDS = "{\"demand\": \"Somebody is to repair a dripping tap.\"}";

  /** Answers to the center's rounds, in order. */
  private final Deque<String> rounds = new ArrayDeque<>();

  private String formulation = WORDS;

  private String script(ChatRequest request) {
    String prompt = request.messages().getLast().content();
    if (prompt.contains("Put a demand into words") || formulation.isEmpty()) {
      if (formulation.isEmpty()) {
        throw new ChatException("no model is there", ChatException.Reason.UNREACHABLE);
      }
      return formulation;
    }
    return rounds.isEmpty() ? "I have nothing to say" : rounds.remove();
  }

  private Table table(Rules rules) {
    return new Table(rules, this::script);
  }

  private static String plan(String... agents) {
    return "{\"moves\": [%s]}".formatted(output(agents));
  }

  private static String lastPlan(String... agents) {
    return "{\"decision\": %s}".formatted(output(agents));
  }

  private static String output(String... agents) {
    var parts = new StringBuilder();
    for (String agent : agents) {
      parts.append(parts.isEmpty() ? "" : ", ");
      parts.append("{\"agent\": \"%s\", \"task\": \"the part of %s\"}".formatted(agent, agent));
    }
    return "{\"type\": \"OutputPlan\", \"summary\": \"all together\", \"parts\": [%s]}"
        .formatted(parts);
  }

  private static List<AgentId> winners(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Awarded.class);
    return ((Awarded) outcome).plan().agents();
  }

  @Test
  void plan_ofTheModel_isConfirmedAndAwarded() {
    rounds.add(plan("b"));
    try (var table = table(Rules.synthesis())) {
      AgentId a = table.seat("a", bids(10, 0.9));
      AgentId b = table.seat("b", bids(90, 0.1));
      Negotiation negotiation = table.open(demand(a, b));
      table.finish();
      var plan = ((Awarded) negotiation.outcome().orElseThrow()).plan();
      assertThat(plan.by()).isEqualTo("model");
      assertThat(plan.shares()).containsExactly(new Plan.Share(b, "the part of b"));
      assertThat(table.events(negotiation, Formulated.class))
          .extracting(Formulated::text)
          .containsExactly("Somebody is to repair a dripping tap.");
      assertThat(table.events(negotiation, Degraded.class)).isEmpty();
      assertThat(table.model.calls()).as("formulation and one round").isEqualTo(2);
    }
  }

  @Test
  void formulation_withoutModel_isTheDemandAsGiven_andThePlanTheRanking() {
    formulation = "";
    try (var table = table(Rules.synthesis())) {
      AgentId a = table.seat("a", bids(10, 0.9));
      Negotiation negotiation = table.open(demand(a));
      table.finish();
      assertThat(winners(negotiation.outcome().orElseThrow())).containsExactly(a);
      assertThat(table.events(negotiation, Formulated.class).getFirst().text())
          .isEqualTo("who repairs a dripping tap?");
      assertThat(table.events(negotiation, Degraded.class))
          .extracting(Degraded::stage)
          .containsExactly("formulation", "synthesis");
    }
  }

  @Test
  void plan_withSomebodyWhoHasNotOffered_isAskedForAgain_thenTheRankingDecides() {
    rounds.add(plan("nobody"));
    rounds.add(lastPlan("a", "a"));
    try (var table = table(Rules.synthesis())) {
      AgentId a = table.seat("a", bids(10, 0.9));
      Negotiation negotiation = table.open(demand(a));
      table.finish();
      assertThat(winners(negotiation.outcome().orElseThrow())).containsExactly(a);
      assertThat(table.asked.get(2).messages().getLast().content())
          .contains("'nobody' has made no offer")
          .contains("This is the last round");
      assertThat(table.events(negotiation, Degraded.class))
          .extracting(Degraded::reason)
          .containsExactly("'a' is named twice");
    }
  }

  @Test
  void plan_overTheBudget_isNotUsed() {
    rounds.add(plan("dear"));
    rounds.add(lastPlan("cheap"));
    try (var table = table(Rules.synthesis())) {
      AgentId dear = table.seat("dear", bids(100, 1));
      AgentId cheap = table.seat("cheap", bids(10, 0));
      assertThat(winners(table.outcome(demand(dear, cheap).budget(50)))).containsExactly(cheap);
    }
  }

  @Test
  void answer_thatIsNotJson_fallsBackToTheRanking() {
    try (var table = table(Rules.synthesis())) {
      AgentId a = table.seat("a", bids(10, 0.9));
      Negotiation negotiation = table.open(demand(a));
      table.finish();
      assertThat(winners(negotiation.outcome().orElseThrow())).containsExactly(a);
      assertThat(table.events(negotiation, Degraded.class).getFirst().reason())
          .contains("no JSON object");
    }
  }

  @Test
  void giveUp_isNoAgreement_withItsReason() {
    rounds.add("{\"moves\": [{\"type\": \"GiveUp\", \"reason\": \"none can swim\"}]}");
    try (var table = table(Rules.synthesis())) {
      assertThat(table.outcome(demand(table.seat("a", bids(10, 0.9)))))
          .isEqualTo(new NoAgreement(Reason.NO_PLAN, "none can swim"));
    }
  }

  @Test
  void questions_areAskedAtOnce_andTheirAnswersAreInTheNextRound() {
    rounds.add(
        """
        {"moves": [{"type": "AskAgent", "agent": "a", "question": "how deep?"},
                   {"type": "AskAgent", "agent": "b", "question": "how long?"},
                   {"type": "AskAgent", "agent": "nobody", "question": "who?"}]}
        """);
    rounds.add(lastPlan("a"));
    try (var table = table(Rules.synthesis())) {
      AgentId a = table.seat("a", answering("two metres"));
      AgentId b = table.seat("b", answering("two hours"));
      Negotiation negotiation = table.open(demand(a, b));
      table.finish();
      assertThat(winners(negotiation.outcome().orElseThrow())).containsExactly(a);
      assertThat(table.events(negotiation, Answered.class))
          .extracting(Answered::answer)
          .containsExactlyInAnyOrder("two metres", "two hours");
      assertThat(table.asked.getLast().messages().getLast().content())
          .contains("\"how deep?\": two metres")
          .contains("\"how long?\": two hours")
          .contains("'nobody' has made no offer");
    }
  }

  private static Bidder answering(String answer) {
    return new Bidder() {
      @Override
      public Bid bid(CallForProposals call, AgentContext context) {
        return Bid.of(offer(10, 0.5));
      }

      @Override
      public String answer(String question, AgentContext context) throws Exception {
        return answer;
      }
    };
  }

  @Test
  void question_withoutAnswer_isGivenUpAfterItsTime() {
    rounds.add("{\"moves\": [{\"type\": \"AskAgent\", \"agent\": \"mute\", \"question\": \"?\"}]}");
    rounds.add(lastPlan("a"));
    try (var table = table(Rules.synthesis())) {
      AgentId a = table.seat("a", bids(10, 0.9));
      var mute = table.puppet("mute");
      Negotiation negotiation = table.open(demand(a, mute.id));
      table.run();
      mute.says(new Performative.Propose(mute.call().conversation(), 1, offer(5, 1), 600_000));
      assertThat(mute.heard.getLast().payload().type()).isEqualTo("QueryRef");
      table.group.advance(Duration.ofSeconds(31));
      assertThat(table.asked.getLast().messages().getLast().content())
          .contains("no answer in time");
      assertThat(winners(negotiation.outcome().orElseThrow())).containsExactly(a);
    }
  }

  @Test
  void discovery_callsThoseWhoWereNotThere_andTheirOffersCount() {
    rounds.add("{\"moves\": [{\"type\": \"DiscoverMore\", \"need\": \"writes sonnets\"}]}");
    rounds.add(lastPlan("poet"));
    try (var table = table(Rules.synthesis())) {
      AgentId a = table.seat("a", bids(10, 0.9));
      AgentId poet =
          table.seat(
              "poet",
              "Writes sonnets and ballads.",
              (call, context) -> Bid.of(new Offer("a sonnet", "writes sonnets", 1, 1)));
      Negotiation negotiation = table.open(demand(a));
      table.finish();
      assertThat(winners(negotiation.outcome().orElseThrow())).containsExactly(poet);
      assertThat(table.events(negotiation, Called.class))
          .extracting(Called::agents)
          .containsExactly(List.of(a), List.of(poet));
    }
  }

  @Test
  void negotiationWithin_isHeld_andNoDeeper() {
    String sub =
        "{\"moves\": [{\"type\": \"SubNegotiate\", \"need\": \"writes sonnets\", \"members\": 1}]}";
    rounds.add(sub); // of the outer one
    rounds.add(sub); // of the inner one, which may not
    rounds.add(lastPlan("poet")); // of the inner one
    rounds.add(lastPlan("a")); // of the outer one
    try (var table = table(Rules.synthesis().invite(2))) {
      AgentId a = table.seat("a", bids(10, 0.9));
      table.seat(
          "poet",
          "Writes sonnets and ballads. Somebody is to repair a dripping tap.",
          (call, context) -> Bid.of(new Offer("a sonnet", "writes sonnets", 1, 1)));
      Negotiation negotiation = table.open(demand(a));
      table.finish();
      assertThat(winners(negotiation.outcome().orElseThrow())).containsExactly(a);
      assertThat(table.asked.getLast().messages().getLast().content()).contains("the part of poet");
      assertThat(table.asked.get(table.asked.size() - 2).messages().getLast().content())
          .contains("no deeper");
      assertThat(table.events(negotiation, StateChanged.class))
          .extracting(StateChanged::conversation)
          .contains(negotiation.id(), negotiation.id() + ".1");
      assertThat(rounds).isEmpty();
    }
  }

  @Test
  void confirmation_withoutWord_releasesAll_andAwardsNobody() {
    rounds.add(plan("a", "mute"));
    try (var table = table(Rules.synthesis())) {
      AgentId a = table.seat("a", bids(10, 0.9));
      var mute = table.puppet("mute");
      Negotiation negotiation = table.open(demand(a, mute.id).members(2));
      table.run();
      mute.says(new Performative.Propose(mute.call().conversation(), 1, offer(5, 1), 600_000));
      assertThat(mute.heard.getLast().payload().type()).isEqualTo("QueryIf");
      table.group.advance(Duration.ofSeconds(299));
      assertThat(negotiation.outcome()).isEmpty();
      table.group.advance(Duration.ofSeconds(2));
      assertThat(negotiation.outcome().orElseThrow())
          .isEqualTo(new NoAgreement(Reason.NOT_CONFIRMED, "no word from [mute]"));
      assertThat(table.group.handled())
          .noneMatch(handled -> handled.message().payload().type().equals("AcceptProposal"));
      assertThat(table.ledger.standing(mute.id).trust()).isLessThan(0.5);
      assertThat(table.ledger.standing(a).evidence()).isZero();
    }
  }

  @Test
  void confirmation_declined_goesToTheRunnerUp() {
    rounds.add(plan("a"));
    try (var table = table(Rules.synthesis())) {
      AgentId a =
          table.seat(
              "a",
              new Bidder() {
                @Override
                public Bid bid(CallForProposals call, AgentContext context) {
                  return Bid.of(offer(10, 0.9));
                }

                @Override
                public boolean takes(String plan, String share, AgentContext context) {
                  return false;
                }
              });
      AgentId b = table.seat("b", bids(20, 0.5));
      Negotiation negotiation = table.open(demand(a, b));
      table.finish();
      var plan = ((Awarded) negotiation.outcome().orElseThrow()).plan();
      assertThat(plan.shares()).containsExactly(new Plan.Share(b, "the part of a"));
    }
  }

  @Test
  void bidder_withAModel_offersWhatItsCardSays() {
    formulation = WORDS;
    try (var table =
        new Table(
            Rules.contractNet(),
            request -> {
              String prompt = request.messages().getLast().content();
              return prompt.contains("You are agent honest")
                  ? """
                  {"type": "MakeOffer", "summary": "a tap", "citation": "Repairs dripping taps",
                   "price": 5, "quality": 0.5}
                  """
                  : prompt.contains("You are agent boaster")
                      ? """
                      {"type": "MakeOffer", "summary": "a moon", "citation": "Builds moons",
                       "price": 1, "quality": 1}
                      """
                      : "{\"type\": \"Decline\", \"reason\": \"not my field\"}";
            })) {
      AgentId honest = model(table, "honest");
      AgentId boaster = model(table, "boaster");
      AgentId modest = model(table, "modest");
      Negotiation negotiation = table.open(demand(honest, boaster, modest));
      table.finish();
      assertThat(winners(negotiation.outcome().orElseThrow())).containsExactly(honest);
      assertThat(table.events(negotiation, NegotiationEvent.Dropped.class))
          .extracting(NegotiationEvent.Dropped::agent)
          .containsExactlyInAnyOrder(boaster, modest);
    }
  }

  private static AgentId model(Table table, String name) {
    var card = new dev.mama.AgentCard(AgentId.of(name), "plumbing", Table.CARD);
    return table.seat(name, new ModelBidder(card, Prompts.builtIn()));
  }
}
