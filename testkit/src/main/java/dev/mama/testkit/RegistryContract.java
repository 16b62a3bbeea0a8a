package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Time;
import dev.mama.spi.Registry;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Registry} keeps to. */
public abstract class RegistryContract {

  private static final Duration TIME_TO_LIVE = Duration.ofSeconds(30);
  private static final Duration LESS = Duration.ofSeconds(20);
  private static final Duration MORE = Duration.ofSeconds(40);

  private static final AgentId ADA = AgentId.of("ada");
  private static final AgentId BOB = AgentId.of("bob");
  private static final AgentCard ADAS = new AgentCard(ADA, "bicycles", "repairs bicycles");
  private static final AgentCard BOBS = new AgentCard(BOB, "soups", "cooks soups");

  private final ManualTime time = new ManualTime();
  private Registry registry;

  /** An empty registry. */
  protected abstract Registry newRegistry(Duration timeToLive, Time time);

  @BeforeEach
  void create() {
    registry = newRegistry(TIME_TO_LIVE, time);
  }

  @Test
  void card_neverRegistered_isEmpty() {
    registry.register(BOBS);
    assertThat(registry.card(ADA)).isEmpty();
    assertThat(registry.isAlive(ADA)).isFalse();
    assertThat(registry.heartbeat(ADA)).isFalse();
    assertThat(registry.retire(ADA)).isFalse();
  }

  @Test
  void heartbeat_neverRegistered_registersNobody() {
    registry.heartbeat(ADA);
    assertThat(registry.card(ADA)).isEmpty();
    assertThat(registry.isAlive(ADA)).isFalse();
    assertCounts(0, 0);
  }

  @Test
  void register_newAgent_isThereAndAlive() {
    registry.register(ADAS);
    registry.register(BOBS);
    assertThat(registry.card(ADA)).contains(ADAS);
    assertThat(registry.card(BOB)).contains(BOBS);
    assertThat(registry.isAlive(ADA)).isTrue();
    assertThat(registry.isAlive(BOB)).isTrue();
    assertCounts(2, 2);
  }

  @Test
  void register_again_replacesTheCardAndRevives() {
    registry.register(ADAS);
    time.advance(MORE);
    var better = new AgentCard(ADA, "wheels", "repairs anything on wheels");
    registry.register(better);
    assertThat(registry.card(ADA)).contains(better);
    assertThat(registry.isAlive(ADA)).isTrue();
    assertCounts(1, 1);
  }

  @Test
  void isAlive_withinTimeToLive_isTrue() {
    registry.register(ADAS);
    time.advance(LESS);
    assertThat(registry.isAlive(ADA)).isTrue();
    assertCounts(1, 1);
  }

  @Test
  void isAlive_silentForLonger_isFalseButTheCardStays() {
    registry.register(ADAS);
    time.advance(LESS);
    registry.register(BOBS);
    time.advance(LESS);
    assertThat(registry.isAlive(ADA)).isFalse();
    assertThat(registry.isAlive(BOB)).isTrue();
    assertThat(registry.card(ADA)).contains(ADAS);
    assertCounts(2, 1);
  }

  @Test
  void heartbeat_inTime_keepsOnlyThatAgentAlive() {
    registry.register(ADAS);
    registry.register(BOBS);
    for (int i = 0; i < 3; i++) {
      time.advance(LESS);
      assertThat(registry.heartbeat(ADA)).isTrue();
    }
    assertThat(registry.isAlive(ADA)).isTrue();
    assertThat(registry.isAlive(BOB)).isFalse();
    assertCounts(2, 1);
  }

  @Test
  void heartbeat_afterSilence_revivesForATimeToLive() {
    registry.register(ADAS);
    time.advance(MORE);
    assertThat(registry.heartbeat(ADA)).isTrue();
    assertThat(registry.isAlive(ADA)).isTrue();
    time.advance(MORE);
    assertThat(registry.isAlive(ADA)).isFalse();
  }

  @Test
  void retire_registered_takesOnlyThatAgentOut() {
    registry.register(ADAS);
    registry.register(BOBS);
    assertThat(registry.retire(ADA)).isTrue();
    assertThat(registry.card(ADA)).isEmpty();
    assertThat(registry.isAlive(ADA)).isFalse();
    assertThat(registry.isAlive(BOB)).isTrue();
    assertThat(registry.retire(ADA)).isFalse();
    assertThat(registry.heartbeat(ADA)).isFalse();
    assertCounts(1, 1);
  }

  @Test
  void register_afterRetirement_isThereAgain() {
    registry.register(ADAS);
    registry.retire(ADA);
    registry.register(ADAS);
    assertThat(registry.isAlive(ADA)).isTrue();
    assertCounts(1, 1);
  }

  @Test
  void register_fromManyThreads_losesNobody() throws InterruptedException {
    int each = 100;
    Threads.run(
        8,
        thread -> {
          for (int i = 0; i < each; i++) {
            AgentId agent = AgentId.of("agent-%d-%d".formatted(thread, i));
            registry.register(new AgentCard(agent, "any", "does anything"));
            assertThat(registry.heartbeat(agent)).isTrue();
            assertThat(registry.isAlive(agent)).isTrue();
            if (i % 2 == 1) {
              assertThat(registry.retire(agent)).isTrue();
            }
          }
        });
    assertCounts(8 * each / 2, 8 * each / 2);
  }

  private void assertCounts(int size, int alive) {
    assertThat(registry.size()).as("size").isEqualTo(size);
    assertThat(registry.alive()).as("alive").isEqualTo(alive);
  }
}
