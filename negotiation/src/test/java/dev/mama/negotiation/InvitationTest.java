package dev.mama.negotiation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.mama.AgentId;
import dev.mama.Candidate;
import dev.mama.Event;
import dev.mama.runtime.Load;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whom the policy chose is recorded as what it is, a decision; and it saw who is busy. */
class InvitationTest {

  private static final Demand DEMAND = Demand.of(Table.ME, "who repairs a dripping tap?");

  private static Table table() {
    return new Table(
        Rules.contractNet()
            .invite(3)
            .limits(Rules.Limits.DEFAULT.performance(Duration.ofMinutes(1))));
  }

  private static <E extends Event> List<E> rows(Table table, Class<E> kind) {
    return table.group.events().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static List<Integer> loads(Event.DecisionMade made) {
    return made.referral().candidates().stream().map(Candidate::load).toList();
  }

  @Test
  void invitation_isADecisionForEach_ofTheTraceThatTheEvidenceHas() {
    try (var table = table()) {
      AgentId a = table.seat("a", Table.bids(10, 0.9));
      AgentId b = table.seat("b", Table.bids(90, 0.1));
      assertThat(table.outcome(DEMAND)).isInstanceOf(Outcome.Awarded.class);
      List<Event.DecisionMade> made = rows(table, Event.DecisionMade.class);
      assertThat(made)
          .extracting(row -> row.referral().chosen().orElseThrow())
          .containsExactlyInAnyOrder(a, b);
      List<Event.EvidenceGiven> given = rows(table, Event.EvidenceGiven.class);
      assertThat(given).hasSize(1);
      assertThat(made)
          .allSatisfy(row ->
              assertThat(row.trace().traceId())
                  .isEqualTo(given.getFirst().evidence().trace().traceId()));
    }
  }

  @Test
  void policy_seesWhoOwesOtherNegotiationsAnAnswer() {
    try (var table = table()) {
      Table.Puppet a = table.puppet("a");
      Table.Puppet b = table.puppet("b");
      table.open(DEMAND);
      table.run();
      assertThat(loads(rows(table, Event.DecisionMade.class).getFirst())).containsExactly(0, 0);

      b.says(new Performative.Refuse(a.call().conversation(), 1, "busy"));
      table.open(DEMAND);
      table.run();
      List<Event.DecisionMade> made = rows(table, Event.DecisionMade.class);
      assertThat(made.get(2).referral().candidates())
          .extracting(Candidate::agent, Candidate::load)
          .containsExactlyInAnyOrder(tuple(a.id, 1), tuple(b.id, 0));

      table.finish(); // nobody answers any more
      table.open(DEMAND);
      table.run();
      assertThat(loads(rows(table, Event.DecisionMade.class).get(4))).containsExactly(0, 0);
    }
  }

  @Test
  void openCalls_areCountedOnce_andForgottenWithTheirDesk() {
    var calls = new OpenCalls(Load.NONE);
    AgentId a = AgentId.of("a");
    AgentId b = AgentId.of("b");
    AgentId desk = AgentId.of("desk");
    OpenCalls.OfDesk one = calls.of(desk, List.of(a));
    OpenCalls.OfDesk other = calls.of(AgentId.of("other"), List.of(a, b));
    one.waits(a, true); // twice
    one.waits(b, false); // never
    assertThat(List.of(calls.of(a), calls.of(b), calls.total())).containsExactly(2, 1, 3);
    var unused = calls.of(desk, List.of(b)); // made anew after a failure
    assertThat(List.of(calls.of(a), calls.of(b), calls.total())).containsExactly(1, 2, 3);
    other.nobody();
    assertThat(List.of(calls.of(a), calls.of(b), calls.total())).containsExactly(0, 1, 1);
  }
}
