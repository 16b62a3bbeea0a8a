package dev.mama.examples;

import static dev.mama.matching.AgentFilters.alive;
import static dev.mama.matching.AgentFilters.specialty;
import static dev.mama.matching.AgentFilters.trusted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.Rating;
import dev.mama.Trace;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.testkit.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A search among those who are alive, trusted, or of a field, on the real registry and ledger. */
class AgentFiltersTest {

  private static final AgentId NEAR = AgentId.of("near");
  private static final AgentId NEXT = AgentId.of("next");
  private static final AgentId FAR = AgentId.of("far");
  private static final float[] QUERY = {1, 0};

  private final ManualTime time = new ManualTime();
  private final InMemoryRegistry registry = InMemoryRegistry.create(Duration.ofSeconds(15), time);
  private final InMemoryTrustLedger ledger = InMemoryTrustLedger.create(Duration.ofHours(1), time);
  private final ExactAgentIndex index = new ExactAgentIndex(2);

  AgentFiltersTest() {
    registry.register(new AgentCard(NEAR, "plumbing", "repairs taps"));
    registry.register(new AgentCard(NEXT, "heating", "repairs boilers"));
    registry.register(new AgentCard(FAR, "heating", "repairs radiators"));
    index.put(NEAR, new float[] {1, 0});
    index.put(NEXT, new float[] {0.8f, 0.6f});
    index.put(FAR, new float[] {0, 1});
  }

  private List<AgentId> found(Predicate<AgentId> wanted) {
    return index.topK(QUERY, 3, wanted).stream().map(match -> match.agent()).toList();
  }

  @Test
  void alive_leavesOutWhoWasNotHeardOf() {
    assertThat(found(alive(registry))).containsExactly(NEAR, NEXT, FAR);
    time.advance(Duration.ofSeconds(14));
    registry.heartbeat(NEXT);
    time.advance(Duration.ofSeconds(2));
    assertThat(found(alive(registry))).containsExactly(NEXT);
    registry.retire(NEXT);
    assertThat(found(alive(registry))).isEmpty();
  }

  @Test
  void trusted_leavesOutWhoHasLostIt_andJoinsOtherFilters() {
    var poor = new Rating(0, true, Duration.ofSeconds(1));
    for (int i = 0; i < 5; i++) {
      ledger.record(
          new Evidence.Checked(AgentId.of("rater"), NEXT, poor, poor, time.now(), Trace.start()));
    }
    assertThat(found(trusted(ledger, 0.5))).containsExactly(NEAR, FAR);
    assertThat(found(trusted(ledger, 0.5).and(specialty(registry, "heating"))))
        .containsExactly(FAR);
    assertThat(found(specialty(registry, "heating"))).containsExactly(NEXT, FAR);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trusted(ledger, Double.NaN))
        .withMessageContaining("least trust NaN must be in [0, 1]");
  }
}
