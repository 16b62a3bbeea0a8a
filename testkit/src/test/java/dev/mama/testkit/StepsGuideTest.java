package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.StepAgent;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Steps;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** The samples of docs/guide/11-steps.md, and steps on a machine that a test drives. */
class StepsGuideTest {

  record Price(double value) {}

  /** Moves its price towards those it hears of. */
  static final class Trader implements StepAgent {
    private final List<AgentId> neighbours;
    private double price;

    Trader(List<AgentId> neighbours) {
      this.neighbours = neighbours;
    }

    @Override
    public void onStep(long step, List<Message> input, AgentContext context) throws Exception {
      if (step == 1) {
        price = context.random().nextDouble(10, 20);
      }
      for (Message message : input) {
        price += (message.payload().as(Price.class).value() - price) / 4;
      }
      for (AgentId neighbour : neighbours) {
        context.send(neighbour, Payload.of(new Price(price)));
      }
    }
  }

  private static final Map<String, List<AgentId>> NEIGHBOURS =
      Map.of(
          "a", List.of(AgentId.of("b")),
          "b", List.of(AgentId.of("a"), AgentId.of("c")),
          "c", List.of(AgentId.of("b")));

  private static Trader trader(AgentId id) {
    return new Trader(NEIGHBOURS.getOrDefault(id.value(), List.of()));
  }

  @Test
  void threeTraders_agreeOnAPrice() throws Exception {
    Map<String, Trader> traders = new ConcurrentHashMap<>();
    try (var group = AgentGroup.builder(ExperimentId.of("prices")).seed(7).build()) {
      var steps = Steps.in(group);
      steps.define(
          AgentType.perId("trader", id -> traders.computeIfAbsent(id.value(), i -> trader(id))));
      for (String id : NEIGHBOURS.keySet()) {
        steps.start(AgentId.of(id), "trader", Set.copyOf(trader(AgentId.of(id)).neighbours));
      }
      steps.run(100);
    }
    var prices = traders.values().stream().mapToDouble(trader -> trader.price).summaryStatistics();
    assertThat(prices.getCount()).isEqualTo(3);
    assertThat(prices.getMax() - prices.getMin()).isLessThan(0.01);
  }

  @Test
  void stepsOnADrivenMachine_areTheSame_whoeverComesFirst() throws Exception {
    Map<String, Double> first = prices(1);
    for (int order = 2; order < 12; order++) {
      assertThat(prices(order)).isEqualTo(first);
    }
  }

  private static Map<String, Double> prices(long order) throws Exception {
    Map<String, Trader> traders = new ConcurrentHashMap<>();
    var machine = SteppedMachine.seeded(order);
    try (var group = TestGroup.on(machine, options -> options.seed(7))) {
      var steps = Steps.in(group.group());
      steps.define(
          AgentType.perId("trader", id -> traders.computeIfAbsent(id.value(), i -> trader(id))));
      for (String id : NEIGHBOURS.keySet()) {
        steps.start(AgentId.of(id), "trader", Set.copyOf(trader(AgentId.of(id)).neighbours));
      }
      machine.call(() -> {
        steps.run(20);
        return steps;
      });
    }
    var prices = new TreeMap<String, Double>();
    traders.forEach((id, trader) -> prices.put(id, trader.price));
    return prices;
  }
}
