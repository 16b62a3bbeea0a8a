package dev.mama.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.mqtt.ShardedTransport.By;
import dev.mama.runtime.InMemoryTransport;
import dev.mama.spi.Transport;
import dev.mama.testkit.TransportContract;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two connections stand for two brokers; and where agents go with more of them. */
@ExtendWith(SharedBroker.class)
class ShardedTransportTest extends TransportContract {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp");

  @Override
  protected Transport open() throws InterruptedException {
    return ShardedTransport.over(
        By.AGENT,
        Map.of(
            "one", MqttTransport.connect(SharedBroker.address()),
            "two", MqttTransport.connect(SharedBroker.address())));
  }

  private static ShardedTransport named(By by, String... names) {
    return ShardedTransport.over(
        by,
        List.of(names).stream()
            .collect(Collectors.toMap(Function.identity(), name -> InMemoryTransport.open())));
  }

  private static Map<AgentId, String> places(ShardedTransport transport) {
    return IntStream.range(0, 10_000)
        .mapToObj(i -> AgentId.of("agent-" + i))
        .collect(
            Collectors.toMap(Function.identity(), agent -> transport.shardOf(EXPERIMENT, agent)));
  }

  @Test
  void byAgent_spreadsEvenly() {
    try (var four = named(By.AGENT, "a", "b", "c", "d")) {
      assertThat(
              places(four).values().stream()
                  .collect(Collectors.groupingBy(Function.identity(), Collectors.counting())))
          .hasSize(4)
          .allSatisfy((name, count) -> assertThat(count).isBetween(2_300L, 2_700L));
    }
  }

  @Test
  void byAgent_brokerAdded_movesOnlyWhatGoesToIt() {
    try (var four = named(By.AGENT, "a", "b", "c", "d");
        var five = named(By.AGENT, "a", "b", "c", "d", "e")) {
      Map<AgentId, String> before = places(four);
      Map<AgentId, String> after = places(five);
      assertThat(after)
          .allSatisfy((agent, place) -> assertThat(place).isIn(before.get(agent), "e"));
      assertThat(after.values().stream().filter("e"::equals).count()).isBetween(1_800L, 2_200L);
    }
  }

  @Test
  void byExperiment_keepsAnExperimentTogether() {
    try (var four = named(By.EXPERIMENT, "a", "b", "c", "d")) {
      assertThat(places(four).values()).containsOnly(places(four).values().iterator().next());
    }
  }

  @Test
  void over_nothing_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ShardedTransport.over(By.AGENT, Map.of()));
  }
}
