package dev.mama.negotiation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.ChatRequest;
import dev.mama.negotiation.Performative.CallForProposals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Many negotiations at once, each with a word of its own that must not turn up in another. */
class IsolationTest {

  private static final int NEGOTIATIONS = 30;
  private static final Pattern CANARY = Pattern.compile("canary-\\d+");

  private static String canary(String text) {
    Matcher matcher = CANARY.matcher(text);
    return matcher.find() ? matcher.group() : "no canary";
  }

  /** A model that tells what it was told. */
  private static String script(ChatRequest request) {
    String prompt = request.messages().getLast().content();
    String canary = canary(prompt);
    return prompt.contains("Put a demand into words")
        ? "{\"demand\": \"Somebody is to feed %s\"}".formatted(canary)
        : """
        {"moves": [{"type": "OutputPlan", "summary": "%s is fed",
         "parts": [{"agent": "p1", "task": "feeds %s"}, {"agent": "p2", "task": "sings to %s"}]}]}
        """
            .formatted(canary, canary, canary);
  }

  @Test
  void negotiations_atOnce_withTheSameParticipants_shareNothing() {
    try (var table = new Table(Rules.synthesis(), IsolationTest::script)) {
      var all = new ArrayList<AgentId>();
      for (int i = 0; i < 4; i++) {
        all.add(
            table.seat(
                "p" + i,
                new Bidder() {
                  private String last = "nobody";

                  @Override
                  public Bid bid(CallForProposals call, AgentContext context) {
                    last = canary(call.demand());
                    return Bid.of(new Offer("I care for " + last, "dripping taps", 1, 0.5));
                  }
                }));
      }
      var open = new ArrayList<Negotiation>();
      for (int i = 0; i < NEGOTIATIONS; i++) {
        open.add(
            table.open(
                Demand.of(Table.ME, "feed canary-" + i)
                    .profile("owns canary-" + i)
                    .members(2)
                    .invited(all)));
      }
      assertThat(table.negotiator().underWay()).isEqualTo(NEGOTIATIONS);
      table.finish();
      for (int i = 0; i < NEGOTIATIONS; i++) {
        Negotiation negotiation = open.get(i);
        assertThat(negotiation.outcome().orElseThrow()).isInstanceOf(Outcome.Awarded.class);
        var canaries = new TreeSet<String>();
        List<NegotiationEvent> events = negotiation.events().toList();
        for (NegotiationEvent event : events) {
          assertThat(event.conversation()).isEqualTo(negotiation.id());
          CANARY.matcher(event.toString()).results().forEach(found -> canaries.add(found.group()));
        }
        assertThat(canaries).containsExactly("canary-" + i);
        assertThat(events).filteredOn(NegotiationEvent.OfferReceived.class::isInstance).hasSize(4);
        assertThat(events).noneMatch(NegotiationEvent.SetAside.class::isInstance);
      }
      for (ChatRequest request : table.asked) {
        assertThat(CANARY.matcher(request.messages().toString()).results().map(r -> r.group()))
            .as("what one call of the model was told")
            .isNotEmpty()
            .allMatch(canary(request.messages().toString())::equals);
      }
      assertThat(table.negotiator().underWay()).isZero();
      assertThat(table.group.errors()).isEmpty();
    }
  }

  @Test
  void participant_forgetsWhatItHasPerformed_butTheLastFew() {
    try (var table = new Table(Rules.contractNet())) {
      var participant = new Participant(Table.bids(1, 1));
      AgentId a = table.seat("a", participant);
      for (int i = 0; i < 50; i++) {
        Negotiation negotiation = table.open(Table.demand(a));
        table.run();
        assertThat(negotiation.outcome().orElseThrow()).isInstanceOf(Outcome.Awarded.class);
      }
      assertThat(participant.state().all()).hasSizeBetween(32, 33);
      table.group.advance(Duration.ofMinutes(11)); // longer than offers bind
      Negotiation negotiation = table.open(Table.demand(a));
      table.run();
      assertThat(negotiation.outcome().orElseThrow()).isInstanceOf(Outcome.Awarded.class);
      assertThat(participant.state().all()).hasSize(1);
    }
  }

  @Test
  void desks_areUsedAgain() {
    try (var table = new Table(Rules.contractNet())) {
      AgentId a = table.seat("a", Table.bids(1, 1));
      for (int i = 0; i < 10; i++) {
        assertThat(table.outcome(Table.demand(a))).isInstanceOf(Outcome.Awarded.class);
      }
      assertThat(table.group.group().inspect().agents())
          .as("the watch, a desk with its sub-desk, and the participant")
          .isEqualTo(4);
    }
  }

  @Test
  void alarms_areTakenBackOnceNothingCanComeOfThem() {
    try (var table = new Table(Rules.contractNet())) {
      AgentId a = table.seat("a", Table.bids(1, 1));
      table.open(Table.demand(a));
      table.run();
      int before = table.time.scheduled();
      for (int i = 0; i < 10; i++) {
        Negotiation negotiation = table.open(Table.demand(a));
        table.run();
        assertThat(negotiation.outcome()).isPresent();
      }
      assertThat(table.time.scheduled()).isEqualTo(before);
    }
  }
}
