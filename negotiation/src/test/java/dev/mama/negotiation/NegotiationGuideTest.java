package dev.mama.negotiation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentCard;
import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.GroupClosedException;
import dev.mama.Time;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.negotiation.Performative.CallForProposals;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.Durability;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.ScriptedChatModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The samples of the guide's chapter, on real threads and the machine's clock. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NegotiationGuideTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp-42");
  private static final AgentId ME = AgentId.of("me");

  private final Logger log = LoggerFactory.getLogger(NegotiationGuideTest.class);
  private final HashingEncoder encoder = new HashingEncoder();
  private final Assistance assistance =
      Assistance.of(
          encoder,
          new ExactAgentIndex(encoder.dimension()),
          InMemoryRegistry.create(),
          InMemoryTrustLedger.create(),
          WeightedScorePolicy.create(),
          Time.system());

  static final class Painter implements Bidder {
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

  private void enrol(String... names) throws InterruptedException {
    var cards = new ArrayList<AgentCard>();
    for (String name : names) {
      cards.add(new AgentCard(AgentId.of(name), "painting", "Paints walls and ceilings."));
    }
    assistance.enrol(cards);
  }

  @Test
  void negotiation_isOpenedWatchedAndAwaited() throws Exception {
    enrol("p1", "p2", "p3");
    var seen = new ArrayList<NegotiationEvent>();
    try (var group = AgentGroup.builder(EXPERIMENT).assistance(assistance).build()) {
      group.define(Participant.type("painter", id -> new Painter()));
      group.startAll(List.of(AgentId.of("p1"), AgentId.of("p2"), AgentId.of("p3")), "painter");
      try (var negotiator =
          Negotiator.builder(group, assistance).rules(Rules.contractNet()).open()) {
        Negotiation n = negotiator.open(Demand.of(ME, "two who paint a wall").members(2));
        n.events().forEach(seen::add);
        Outcome outcome = n.await();
        String told =
            switch (outcome) {
              case Outcome.Awarded(Plan plan) -> plan.summary();
              case Outcome.NoAgreement(Outcome.Reason reason, String detail) -> reason + detail;
              case Outcome.Cancelled(String detail) -> detail;
              case Outcome.Expired(Phase at) -> at.toString();
            };
        assertThat(told).contains("I paint it on Monday");
        assertThat(((Outcome.Awarded) outcome).plan().shares()).hasSize(2);
        assertThat(seen)
            .filteredOn(NegotiationEvent.Rated.class::isInstance)
            .as("both have performed")
            .hasSize(2);
      }
    }
  }

  @Test
  void negotiator_isRefusedMoreThanItHolds_andEndsTheWaitingWhenClosed() throws Exception {
    enrol("p1");
    try (var group = AgentGroup.builder(EXPERIMENT).assistance(assistance).build()) {
      var negotiator =
          Negotiator.builder(group, assistance).rules(Rules.contractNet()).atOnce(1).open();
      Negotiation n =
          negotiator.open(
              Demand.of(ME, "paint a wall")
                  .invited(List.of(AgentId.of("nobody"), AgentId.of("negotiator.watch"))));
      assertThatThrownBy(() -> negotiator.open(Demand.of(ME, "paint another")))
          .isInstanceOf(TooManyNegotiationsException.class)
          .hasMessageContaining("1 negotiations are going on");
      n.cancel("enough");
      assertThat(n.await()).isEqualTo(new Outcome.Cancelled("enough"));
      Negotiation another =
          negotiator.open(
              Demand.of(ME, "paint a wall").invited(List.of(AgentId.of("negotiator.watch"))));
      negotiator.close();
      assertThatThrownBy(another::await).isInstanceOf(GroupClosedException.class);
    }
  }

  @Test
  void negotiation_isResumed(@TempDir Path folder) throws Exception {
    enrol("p1");
    for (int run = 0; run < 2; run++) {
      try (var model = new ScriptedChatModel(request -> "no plan of mine");
          var group =
              AgentGroup.builder(EXPERIMENT)
                  .assistance(assistance)
                  .chatModel(model)
                  .durable(Durability.in(folder))
                  .build()) {
        var negotiator = Negotiator.builder(group, assistance).durable().open();
        group.define(Participant.durableType("painter", id -> new Painter()));
        group.resume();
        List<Negotiation> found = negotiator.resume();
        for (Negotiation n : found) {
          log.info("{}: {}", n.id(), n.await());
        }
        assertThat(found).hasSize(run);
        if (run == 0) {
          group.start(AgentId.of("p1"), "painter");
          assertThat(negotiator.open(Demand.of(ME, "paint a wall")).await())
              .isInstanceOf(Outcome.Awarded.class);
        }
      }
    }
  }
}
