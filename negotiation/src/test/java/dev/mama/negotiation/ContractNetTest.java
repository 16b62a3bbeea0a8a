package dev.mama.negotiation;

import static dev.mama.negotiation.Table.bids;
import static dev.mama.negotiation.Table.demand;
import static dev.mama.negotiation.Table.offer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.Event;
import dev.mama.Evidence;
import dev.mama.Rating;
import dev.mama.Trace;
import dev.mama.negotiation.NegotiationEvent.Called;
import dev.mama.negotiation.NegotiationEvent.Dropped;
import dev.mama.negotiation.NegotiationEvent.Rated;
import dev.mama.negotiation.NegotiationEvent.StateChanged;
import dev.mama.negotiation.Outcome.Awarded;
import dev.mama.negotiation.Outcome.NoAgreement;
import dev.mama.negotiation.Outcome.Reason;
import dev.mama.negotiation.Performative.AcceptProposal;
import dev.mama.negotiation.Performative.Propose;
import dev.mama.negotiation.Performative.QueryIf;
import dev.mama.negotiation.Performative.RejectProposal;
import dev.mama.negotiation.Rules.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContractNetTest {

  private static final Rules RULES = Rules.contractNet().limits(Limits.DEFAULT);
  private static final Rules WITH_RESULTS =
      RULES.limits(Limits.DEFAULT.performance(Duration.ofMinutes(1)));

  private static List<AgentId> winners(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Awarded.class);
    return ((Awarded) outcome).plan().agents();
  }

  private static Reason reason(Outcome outcome) {
    assertThat(outcome).isInstanceOf(NoAgreement.class);
    return ((NoAgreement) outcome).reason();
  }

  /** A bidder that keeps what happens to it. */
  private static final class Noting implements Bidder {
    private final List<String> noted = new ArrayList<>();
    private final Offer offer;

    Noting(Offer offer) {
      this.offer = offer;
    }

    @Override
    public Bid bid(Performative.CallForProposals call, AgentContext context) {
      return Bid.of(offer);
    }

    @Override
    public String perform(String share, AgentContext context) {
      noted.add("performs " + share);
      return "repaired";
    }

    @Override
    public void released(String conversation, String reason, AgentContext context) {
      noted.add("released: " + reason);
    }
  }

  @Test
  void award_bestOfThree_isAccepted_andEachLoserRejected() {
    try (var table = new Table(RULES)) {
      var dear = new Noting(offer(90, 0.9));
      var good = new Noting(offer(50, 0.9));
      var poor = new Noting(offer(50, 0.1));
      AgentId a = table.seat("a", dear);
      AgentId b = table.seat("b", good);
      AgentId c = table.seat("c", poor);
      assertThat(winners(table.outcome(demand(a, b, c)))).containsExactly(b);
      assertThat(good.noted).containsExactly("performs I repair it");
      assertThat(dear.noted).containsExactly("released: another offer was taken");
      assertThat(poor.noted).containsExactly("released: another offer was taken");
      assertThat(table.group.errors()).isEmpty();
    }
  }

  @Test
  void award_sameOffers_goesToTheMoreTrusted() {
    try (var table = new Table(RULES)) {
      AgentId a = table.seat("a", bids(50, 0.5));
      AgentId b = table.seat("b", bids(50, 0.5));
      for (int i = 0; i < 20; i++) {
        var found = new Rating(1, true, Duration.ofSeconds(1));
        table.ledger.record(
            new Evidence.Checked(Table.ME, b, found, found, table.time.now(), Trace.start()));
      }
      assertThat(winners(table.outcome(demand(a, b)))).containsExactly(b);
    }
  }

  @Test
  void award_severalMembers_areTheBestOfAll() {
    try (var table = new Table(RULES)) {
      AgentId[] all = new AgentId[5];
      for (int i = 0; i < 5; i++) {
        all[i] = table.seat("p" + i, bids(10, i / 5.0));
      }
      assertThat(winners(table.outcome(demand(all).members(2)))).containsExactly(all[4], all[3]);
    }
  }

  @Test
  void invitation_withoutNames_isOfThoseWhoMatchBest() {
    try (var table = new Table(RULES.invite(3))) {
      for (int i = 0; i < 4; i++) {
        table.seat("tap-" + i, bids(10, 0.5));
        table.seat("poet-" + i, "Writes sonnets and ballads.", bids(1, 1));
      }
      Negotiation negotiation =
          table.open(Demand.of(Table.ME, "repairs dripping taps and leaking pipes, please"));
      table.finish();
      assertThat(table.events(negotiation, Called.class).getFirst().agents())
          .hasSize(3)
          .doesNotHaveDuplicates();
      assertThat(winners(negotiation.outcome().orElseThrow()).getFirst().value())
          .startsWith("tap-");
    }
  }

  @Test
  void offers_allRefuse_endAtOnceWithoutAgreement() {
    try (var table = new Table(RULES)) {
      Bidder refuses = (call, context) -> new Bid.Refusal("no time");
      AgentId a = table.seat("a", refuses);
      AgentId b = table.seat("b", refuses);
      Negotiation negotiation = table.open(demand(a, b));
      table.run();
      assertThat(reason(negotiation.outcome().orElseThrow())).isEqualTo(Reason.NO_QUORUM);
      assertThat(table.events(negotiation, Dropped.class))
          .extracting(Dropped::reason)
          .containsExactly("no time", "no time");
      assertThat(table.events(negotiation, Rated.class)).as("a refusal is no failure").isEmpty();
    }
  }

  @Test
  void offers_bidderThrows_isARefusal() {
    try (var table = new Table(RULES)) {
      AgentId a =
          table.seat(
              "a",
              (call, context) -> {
                throw new IllegalStateException("its data is away");
              });
      AgentId b = table.seat("b", bids(10, 0.5));
      assertThat(winners(table.outcome(demand(a, b)))).containsExactly(b);
    }
  }

  @Test
  void quorum_graceLetsTheBetterCome_andDoesNotWaitForTheLast() {
    try (var table = new Table(RULES.quorum(1))) {
      AgentId fast = table.seat("fast", bids(90, 0.1));
      AgentId good =
          table.seat(
              "good",
              (call, context) -> {
                context.time().sleep(Duration.ofMillis(1_900));
                return Bid.of(offer(10, 1));
              });
      AgentId never = table.puppet("never").id;
      Negotiation negotiation = table.open(demand(fast, good, never));
      table.group.advance(Duration.ofMillis(1_950));
      assertThat(negotiation.outcome()).as("within the grace").isEmpty();
      table.group.advance(Duration.ofMillis(100));
      assertThat(winners(negotiation.outcome().orElseThrow())).containsExactly(good);
    }
  }

  @Test
  void quorum_withoutEnough_waitsForTheDeadline_thenEnds() {
    try (var table = new Table(RULES.quorum(2))) {
      AgentId only = table.seat("only", bids(10, 0.5));
      AgentId never = table.puppet("never").id;
      Negotiation negotiation = table.open(demand(only, never));
      table.group.advance(Duration.ofMillis(29_900));
      assertThat(negotiation.outcome()).isEmpty();
      table.group.advance(Duration.ofMillis(200));
      assertThat(reason(negotiation.outcome().orElseThrow())).isEqualTo(Reason.NO_QUORUM);
    }
  }

  @Test
  void counter_tooDear_isCalledAgainWithABound_asOftenAsTheRulesAllow() {
    try (var table = new Table(RULES.rounds(3))) {
      AgentId stubborn = table.seat("stubborn", bids(90, 0.9));
      AgentId yields =
          table.seat(
              "yields",
              (call, context) ->
                  Bid.of(offer(call.atMost().isPresent() && call.round() == 3 ? 50 : 80, 0.1)));
      Negotiation negotiation = table.open(demand(stubborn, yields).budget(60));
      table.finish();
      assertThat(winners(negotiation.outcome().orElseThrow())).containsExactly(yields);
      assertThat(table.events(negotiation, Called.class))
          .extracting(Called::round)
          .containsExactly(1, 2, 3);
    }
  }

  @Test
  void counter_nobodyYields_endsOverBudget_withAllReleased() {
    try (var table = new Table(RULES.rounds(2))) {
      var stubborn = new Noting(offer(90, 0.9));
      AgentId a = table.seat("a", stubborn);
      Negotiation negotiation = table.open(demand(a).budget(60));
      table.finish();
      assertThat(reason(negotiation.outcome().orElseThrow())).isEqualTo(Reason.OVER_BUDGET);
      assertThat(table.events(negotiation, Called.class)).hasSize(2);
      assertThat(stubborn.noted).hasSize(1);
    }
  }

  @Test
  void validity_overAtTheAward_needsAConfirmation() {
    try (var table = new Table(RULES)) {
      var puppet = table.puppet("puppet");
      Negotiation negotiation = table.open(demand(puppet.id, table.puppet("silent").id));
      table.run();
      String conversation = puppet.call().conversation();
      puppet.says(new Propose(conversation, 1, offer(10, 0.5), 1_000));
      table.group.advance(Duration.ofSeconds(3)); // the grace; the offer binds for one second
      assertThat(puppet.last(QueryIf.class).share()).isEqualTo("I repair it");
      puppet.says(new Performative.Confirm(conversation, 1));
      assertThat(puppet.heard.getLast().payload().type()).isEqualTo("AcceptProposal");
      assertThat(negotiation.outcome().orElseThrow()).isInstanceOf(Awarded.class);
    }
  }

  @Test
  void failure_afterAcceptance_goesToTheRunnerUp_once_andIsRated() {
    try (var table = new Table(WITH_RESULTS)) {
      Bidder fails =
          new Bidder() {
            @Override
            public Bid bid(Performative.CallForProposals call, AgentContext context) {
              return Bid.of(offer(10, 1));
            }

            @Override
            public String perform(String share, AgentContext context) {
              throw new IllegalStateException("the pipe burst");
            }
          };
      AgentId first = table.seat("first", fails);
      var second = new Noting(offer(20, 0.9));
      var third = new Noting(offer(30, 0.1));
      AgentId b = table.seat("second", second);
      AgentId c = table.seat("third", third);
      Negotiation negotiation = table.open(demand(first, b, c));
      table.finish();
      assertThat(winners(negotiation.outcome().orElseThrow())).containsExactly(b);
      assertThat(second.noted).containsExactly("performs I repair it");
      assertThat(third.noted).containsExactly("released: another offer was taken");
      assertThat(table.events(negotiation, Rated.class))
          .extracting(Rated::agent, Rated::quality)
          .containsExactly(tuple(first, 0.0), tuple(b, 1.0));
      assertThat(table.ledger.standing(first).trust()).isLessThan(0.5);
      assertThat(table.ledger.standing(b).trust()).isGreaterThan(0.5);
      assertThat(table.ledger.standing(c).evidence()).isZero();
    }
  }

  @Test
  void failure_twice_endsWithoutAgreement() {
    try (var table = new Table(WITH_RESULTS)) {
      var puppets = List.of(table.puppet("a"), table.puppet("b"), table.puppet("c"));
      Negotiation negotiation =
          table.open(demand(puppets.stream().map(p -> p.id).toArray(AgentId[]::new)));
      table.run();
      String conversation = puppets.getFirst().call().conversation();
      for (int i = 0; i < 3; i++) {
        puppets.get(i).says(new Propose(conversation, 1, offer(10, 0.9 - i / 10.0), 600_000));
      }
      puppets.get(0).says(new Performative.Failure(conversation, 1, "no"));
      assertThat(puppets.get(1).types()).contains("AcceptProposal");
      assertThat(puppets.get(2).types()).contains("RejectProposal");
      table.group.advance(Duration.ofMinutes(2)); // the second gives no result in time
      assertThat(reason(negotiation.outcome().orElseThrow())).isEqualTo(Reason.NOT_PERFORMED);
    }
  }

  @Test
  void cancel_releasesAll_andIsAnswered() {
    try (var table = new Table(WITH_RESULTS)) {
      var winner = table.puppet("winner");
      var loser = table.puppet("loser");
      Negotiation negotiation = table.open(demand(winner.id, loser.id));
      table.run();
      String conversation = winner.call().conversation();
      winner.says(new Propose(conversation, 1, offer(10, 1), 600_000));
      loser.says(new Propose(conversation, 1, offer(20, 0), 600_000));
      assertThat(winner.last(AcceptProposal.class).resultWithinMillis()).isEqualTo(60_000);
      table.call(() -> {
        negotiation.cancel("the tap stopped by itself");
        return 0;
      });
      table.run();
      assertThat(winner.last(Performative.Cancel.class).reason())
          .isEqualTo("the tap stopped by itself");
      assertThat(loser.last(RejectProposal.class).reason())
          .as("the runner-up was held until now")
          .isEqualTo("the tap stopped by itself");
      winner.says(new Performative.InformDone(conversation, 1));
      assertThat(negotiation.outcome())
          .contains(new Outcome.Cancelled("the tap stopped by itself"));
    }
  }

  @Test
  void total_over_expires() {
    try (var table =
        new Table(
            RULES.limits(
                Limits.DEFAULT
                    .offers(Duration.ofMinutes(5), Duration.ZERO)
                    .total(Duration.ofMinutes(1))))) {
      Negotiation negotiation = table.open(demand(table.puppet("silent").id, table.puppet("b").id));
      table.group.advance(Duration.ofSeconds(59));
      assertThat(negotiation.outcome()).isEmpty();
      table.group.advance(Duration.ofSeconds(2));
      assertThat(negotiation.outcome().orElseThrow()).isEqualTo(new Outcome.Expired(Phase.INVITED));
    }
  }

  @Test
  void transitions_areRows_withTraceAndDuration() {
    try (var table = new Table(RULES)) {
      AgentId a = table.seat("a", bids(10, 0.5));
      Negotiation negotiation = table.open(demand(a));
      table.finish();
      List<StateChanged> told = table.events(negotiation, StateChanged.class);
      List<Event.EventRecorded> rows =
          table.group.events().stream()
              .filter(Event.EventRecorded.class::isInstance)
              .map(Event.EventRecorded.class::cast)
              .filter(row -> row.kind().equals("negotiation.StateChanged"))
              .toList();
      assertThat(rows).hasSameSizeAs(told);
      for (int i = 0; i < rows.size(); i++) {
        assertThat(rows.get(i).body().as(StateChanged.class)).isEqualTo(told.get(i));
        assertThat(rows.get(i).trace().traceId()).isEqualTo(told.get(0).trace());
      }
      assertThat(told)
          .extracting(StateChanged::to)
          .containsExactly(
              Phase.INVITED,
              Phase.COLLECTING,
              Phase.SYNTHESIS,
              Phase.CONFIRMING,
              Phase.PERFORMING,
              Phase.AWARDED);
      assertThat(told)
          .allSatisfy(change -> assertThat(change.stayed()).isGreaterThanOrEqualTo(Duration.ZERO));
    }
  }

  @Test
  void events_arePublishedOnTheirTopic() {
    try (var table = new Table(RULES)) {
      AgentId a = table.seat("a", bids(10, 0.5));
      var watcher = table.puppet("watcher");
      watcher.does(context -> context.join(NegotiationEvent.TOPIC));
      Negotiation negotiation = table.open(demand(a));
      table.finish();
      var kinds = new Kinds<>(NegotiationEvent.class);
      assertThat(watcher.heard.stream().map(message -> kinds.read(message.payload()).orElseThrow()))
          .containsExactlyElementsOf(negotiation.events().toList());
    }
  }
}
