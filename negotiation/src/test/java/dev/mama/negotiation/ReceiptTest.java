package dev.mama.negotiation;

import static dev.mama.negotiation.Table.demand;
import static dev.mama.negotiation.Table.offer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentId;
import dev.mama.Payload;
import dev.mama.negotiation.NegotiationEvent.Dropped;
import dev.mama.negotiation.NegotiationEvent.OfferReceived;
import dev.mama.negotiation.NegotiationEvent.SetAside;
import dev.mama.negotiation.Performative.AcceptProposal;
import dev.mama.negotiation.Performative.Confirm;
import dev.mama.negotiation.Performative.InformResult;
import dev.mama.negotiation.Performative.NotUnderstood;
import dev.mama.negotiation.Performative.Propose;
import dev.mama.negotiation.Performative.RejectProposal;
import dev.mama.negotiation.Rules.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of messages that come too late, twice, in another round, or from anybody. */
class ReceiptTest {

  private static final long LONG = 600_000;

  private final Table table =
      new Table(
          Rules.contractNet().quorum(2).limits(Limits.DEFAULT.performance(Duration.ofMinutes(1))));
  private Table.Puppet anna;
  private Table.Puppet bert;
  private Table.Puppet carl;
  private Negotiation negotiation;
  private String conversation;

  @BeforeEach
  void open() {
    anna = table.puppet("anna");
    bert = table.puppet("bert");
    carl = table.puppet("carl");
    negotiation = table.open(demand(anna.id, bert.id, carl.id));
    table.run();
    conversation = anna.call().conversation();
  }

  @AfterEach
  void close() {
    assertThat(table.group.errors()).isEmpty();
    table.close();
  }

  private void proposes(Table.Puppet who, double quality) {
    who.says(new Propose(conversation, 1, offer(10, quality), LONG));
  }

  private List<Receipt> receipts() {
    return set().stream().map(SetAside::receipt).toList();
  }

  private List<SetAside> set() {
    return negotiationEvents(SetAside.class);
  }

  private <E extends NegotiationEvent> List<E> negotiationEvents(Class<E> type) {
    // The stream waits for what is to come, so it is read once all is over.
    table.call(() -> {
      negotiation.cancel("the test has seen enough");
      return 0;
    });
    table.finish();
    return table.events(negotiation, type);
  }

  @Test
  void offer_afterTheAward_isLate_andRejectedForIt() {
    proposes(anna, 0.9);
    proposes(bert, 0.5);
    table.group.advance(Duration.ofSeconds(3)); // the grace
    assertThat(anna.heard.getLast().payload().type()).isEqualTo("AcceptProposal");
    proposes(carl, 1);
    assertThat(carl.last(RejectProposal.class).reason()).isEqualTo("late");
    assertThat(receipts()).containsExactly(Receipt.LATE);
  }

  @Test
  void offer_afterTheEnd_isLate() {
    table.finish();
    assertThat(negotiation.outcome().orElseThrow()).isInstanceOf(Outcome.NoAgreement.class);
    proposes(carl, 1);
    assertThat(carl.last(RejectProposal.class).reason()).isEqualTo("late");
  }

  @Test
  void offer_twice_isADuplicate_andCountsOnce() {
    proposes(anna, 0.9);
    proposes(anna, 0.1);
    assertThat(set()).extracting(SetAside::receipt).containsExactly(Receipt.DUPLICATE);
    assertThat(table.events(negotiation, OfferReceived.class))
        .extracting(received -> received.offer().quality())
        .containsExactly(0.9);
  }

  @Test
  void offer_twice_afterTheDecision_isAnsweredWithItAgain() {
    proposes(anna, 0.9);
    proposes(bert, 0.5);
    proposes(carl, 0.1);
    var accepted = anna.last(AcceptProposal.class);
    var rejected = carl.last(RejectProposal.class);
    assertThat(rejected.round()).isEqualTo(1);
    proposes(anna, 0.9);
    proposes(carl, 0.1);
    assertThat(anna.last(AcceptProposal.class)).isEqualTo(accepted);
    assertThat(carl.types())
        .containsExactly("CallForProposals", "RejectProposal", "RejectProposal");
    assertThat(receipts()).containsExactly(Receipt.DUPLICATE, Receipt.DUPLICATE);
  }

  @Test
  void offer_ofAnotherRound_isIgnored() {
    anna.says(new Propose(conversation, 2, offer(10, 1), LONG));
    anna.says(new Propose(conversation, 0, offer(10, 1), LONG));
    assertThat(anna.types()).containsExactly("CallForProposals");
    assertThat(receipts()).containsExactly(Receipt.OUT_OF_ROUND, Receipt.OUT_OF_ROUND);
  }

  @Test
  void confirmationAndResult_unasked_areOutOfTurn() {
    anna.says(new Confirm(conversation, 1));
    assertThat(anna.last(NotUnderstood.class).reason()).isEqualTo("OUT_OF_TURN");
    anna.says(new InformResult(conversation, 1, "done"));
    assertThat(anna.last(NotUnderstood.class).what()).isEqualTo("InformResult");
    anna.says(new Performative.InformRef(conversation, 1, 7, "an answer to nothing"));
    assertThat(receipts())
        .containsExactly(Receipt.OUT_OF_TURN, Receipt.OUT_OF_TURN, Receipt.OUT_OF_TURN);
  }

  @Test
  void result_twice_isADuplicate() {
    proposes(anna, 0.9);
    proposes(bert, 0.5);
    proposes(carl, 0.1);
    anna.says(new InformResult(conversation, 1, "repaired"));
    anna.says(new InformResult(conversation, 1, "repaired"));
    assertThat(negotiation.outcome().orElseThrow()).isInstanceOf(Outcome.Awarded.class);
    assertThat(anna.types()).containsExactly("CallForProposals", "AcceptProposal");
    assertThat(bert.types())
        .as("the runner-up is held until the share is performed")
        .containsExactly("CallForProposals", "RejectProposal");
  }

  @Test
  void words_ofAStranger_areUninvited() {
    var stranger = table.puppet("stranger");
    stranger.says(new Propose(conversation, 1, offer(1, 1), LONG));
    assertThat(stranger.last(NotUnderstood.class).reason()).isEqualTo("UNINVITED");
    assertThat(receipts()).containsExactly(Receipt.UNINVITED);
  }

  @Test
  void words_aboutAnotherNegotiation_areUnknown() {
    anna.says(new Propose("another", 1, offer(1, 1), LONG));
    assertThat(anna.last(NotUnderstood.class).conversation()).isEqualTo("another");
  }

  @Test
  void words_thatCannotBeRead_areNotUnderstood() {
    anna.says(new Payload.Text("hello"));
    assertThat(anna.last(NotUnderstood.class).what()).isEqualTo("Text");
    assertThat(receipts()).containsExactly(Receipt.UNREADABLE);
  }

  @Test
  void words_withoutWhatTheyNeed_areNotUnderstood() {
    byte[] json = "{\"conversation\":\"x\",\"round\":1}".getBytes(StandardCharsets.UTF_8);
    anna.says(Table.DESK, Payload.encoded("Propose", json));
    assertThat(anna.last(NotUnderstood.class).what()).isEqualTo("Propose");
  }

  @Test
  void deskMessages_ofAnybody_areRefused() {
    anna.says(new DeskMessage.Withdraw(conversation, "I do not like it"));
    assertThat(anna.last(NotUnderstood.class).what()).isEqualTo("Withdraw");
    anna.says(new DeskMessage.TimeOver(conversation, 0));
    assertThat(anna.last(NotUnderstood.class).what()).isEqualTo("TimeOver");
    assertThat(negotiation.outcome()).isEmpty();
  }

  @Test
  void offer_thatDoesNotStandOnItsCard_isRejected_andIsNoOffer() {
    anna.says(new Propose(conversation, 1, new Offer("I fly", "flies to the moon", 1, 1), LONG));
    assertThat(anna.last(RejectProposal.class).reason()).contains("card");
    assertThat(set()).extracting(SetAside::receipt).containsExactly(Receipt.UNFOUNDED);
    assertThat(table.events(negotiation, OfferReceived.class)).isEmpty();
  }

  @Test
  void notUnderstood_byAParticipant_isItsRefusal() {
    anna.says(new NotUnderstood(conversation, 1, "CallForProposals", "what?"));
    assertThat(set()).extracting(SetAside::receipt).containsExactly(Receipt.NOT_UNDERSTOOD);
    assertThat(table.events(negotiation, Dropped.class))
        .extracting(Dropped::agent)
        .containsExactly(AgentId.of("anna"));
  }

  @Test
  void participant_isNoBetterAtRiddles() {
    AgentId willing = table.seat("willing", Table.bids(1, 1));
    anna.says(willing, new Payload.Text("hello"));
    assertThat(anna.last(NotUnderstood.class).what()).isEqualTo("Text");
    anna.says(willing, new NotUnderstood("x", 1, "y", "z"));
    assertThat(anna.types()).as("two who do not understand each other stop").hasSize(2);
    anna.says(willing, new AcceptProposal("never-offered", 1, "all of it", 1));
    assertThat(anna.last(Performative.Failure.class).reason()).isEqualTo("no offer is open");
  }

  @Test
  void participant_calledTwice_offersTheSameAgain() {
    int[] asked = {0};
    AgentId willing =
        table.seat(
            "willing",
            (call, context) -> {
              asked[0]++;
              return Bid.of(offer(asked[0], 1));
            });
    var call = anna.call();
    anna.says(willing, call);
    anna.says(willing, call);
    assertThat(anna.types()).endsWith("Propose", "Propose");
    assertThat(asked[0]).isEqualTo(1);
    assertThat(anna.last(Propose.class).offer().price()).isEqualTo(1);
  }
}
