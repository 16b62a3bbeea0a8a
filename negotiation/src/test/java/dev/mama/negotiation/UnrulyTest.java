package dev.mama.negotiation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.negotiation.Performative.CallForProposals;
import dev.mama.runtime.Routing;
import dev.mama.testkit.UnrulyTransport;
import dev.mama.testkit.UnrulyTransport.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over a network that delays, reorders and doubles what it carries. */
class UnrulyTest {

  private static final Faults WILD =
      Faults.NONE.delayed(Duration.ZERO, Duration.ofMillis(300)).doubling(0.3);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void negotiations_overAWildNetwork_areAwarded_andEachWordCountsOnce(long seed) {
    var performed = new ArrayList<String>();
    var released = new ArrayList<String>();
    try (var table =
        new Table(
            Rules.contractNet(),
            request -> "no model",
            (machine, options) ->
                options
                    .transport(UnrulyTransport.open(machine.time(), seed, WILD))
                    .routing(Routing.BROKER))) {
      var all = new ArrayList<AgentId>();
      for (int i = 0; i < 5; i++) {
        double quality = i / 5.0;
        all.add(
            table.seat(
                "p" + i,
                new Bidder() {
                  @Override
                  public Bid bid(CallForProposals call, AgentContext context) {
                    return Bid.of(Table.offer(10, quality));
                  }

                  @Override
                  public String perform(String share, AgentContext context) {
                    performed.add(context.self().value());
                    return "done";
                  }

                  @Override
                  public void released(String conversation, String reason, AgentContext context) {
                    released.add(conversation + " " + context.self());
                  }
                }));
      }
      List<Negotiation> open = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        open.add(table.open(Table.demand(all.toArray(AgentId[]::new))));
      }
      table.finish();
      for (Negotiation negotiation : open) {
        assertThat(negotiation.outcome().orElseThrow()).isInstanceOf(Outcome.Awarded.class);
        assertThat(negotiation.events().filter(NegotiationEvent.SetAside.class::isInstance))
            .isEmpty();
      }
      assertThat(performed).hasSize(5).containsOnly("p4");
      assertThat(released).hasSize(20).doesNotHaveDuplicates();
      assertThat(table.group.errors()).isEmpty();
    }
  }
}
