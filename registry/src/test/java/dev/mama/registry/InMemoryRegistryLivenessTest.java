package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.registry.Liveness.State;
import dev.mama.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Suspected and gone, by silence and by what a transport tells; and who hears of it. */
class InMemoryRegistryLivenessTest {

  private static final Duration TIME_TO_LIVE = Duration.ofSeconds(30);
  private static final Duration GONE_AFTER = Duration.ofMinutes(5);
  private static final AgentId ADA = AgentId.of("ada");
  private static final AgentId BOB = AgentId.of("bob");

  private final ManualTime time = new ManualTime();
  private final InMemoryRegistry registry = InMemoryRegistry.create(TIME_TO_LIVE, GONE_AFTER, time);

  @Test
  void liveness_silence_isSuspectedThenGoneSinceThen() {
    Instant start = time.now();
    registry.register(card(ADA));
    assertThat(registry.liveness(ADA)).contains(new Liveness(State.ALIVE, start));
    time.advance(TIME_TO_LIVE.plusSeconds(7));
    assertThat(registry.liveness(ADA))
        .contains(new Liveness(State.SUSPECTED, start.plus(TIME_TO_LIVE)));
    time.advance(GONE_AFTER);
    assertThat(registry.liveness(ADA)).contains(new Liveness(State.GONE, start.plus(GONE_AFTER)));
    registry.heartbeat(ADA);
    assertThat(registry.liveness(ADA)).contains(new Liveness(State.ALIVE, time.now()));
    assertThat(registry.liveness(BOB)).isEmpty();
  }

  @Test
  void lost_writer_itsAgentsAreSuspectedAtOnceUntilItIsHeardOfAgain() {
    registry.register(card(ADA), "g1");
    registry.register(card(BOB), "g2");
    time.advance(Duration.ofSeconds(1));
    Instant lost = time.now();
    registry.lost("g1");
    time.advance(Duration.ofSeconds(1));
    assertThat(registry.liveness(ADA)).contains(new Liveness(State.SUSPECTED, lost));
    assertThat(registry.isAlive(ADA)).isFalse();
    assertThat(registry.isAlive(BOB)).isTrue();
    assertThat(registry.heartbeatOf("g1")).isTrue();
    assertThat(registry.isAlive(ADA)).isTrue();
  }

  @Test
  void left_writer_itsAgentsAreGoneAtOnce() {
    registry.register(card(ADA), "g1");
    registry.left("g1");
    assertThat(registry.liveness(ADA)).contains(new Liveness(State.GONE, time.now()));
    assertThat(registry.retireGone()).isEqualTo(1);
    assertThat(registry.card(ADA)).isEmpty();
  }

  @Test
  void heartbeatOf_unknownWriter_isFalse() {
    assertThat(registry.heartbeatOf("nobody")).isFalse();
    registry.lost("nobody");
  }

  @Test
  void sweep_tellsEachChangeOnce() {
    List<RegistryChange> heard = new ArrayList<>();
    registry.onChange(heard::add);
    Instant start = time.now();
    registry.register(card(ADA), "g1");
    registry.register(card(BOB));
    assertThat(registry.sweep()).isZero();
    time.advance(Duration.ofSeconds(20));
    registry.heartbeat(BOB);
    time.advance(Duration.ofSeconds(20));
    assertThat(registry.sweep()).isEqualTo(1);
    assertThat(registry.sweep()).isZero();
    registry.heartbeatOf("g1");
    assertThat(registry.sweep()).isEqualTo(1);
    registry.retire(BOB);
    assertThat(heard)
        .containsExactly(
            new RegistryChange.Registered(card(ADA)),
            new RegistryChange.Registered(card(BOB)),
            new RegistryChange.Changed(
                ADA, new Liveness(State.SUSPECTED, start.plus(TIME_TO_LIVE))),
            new RegistryChange.Changed(ADA, new Liveness(State.ALIVE, time.now())),
            new RegistryChange.Retired(BOB));
  }

  /** A hundred thousand here; the benchmark takes a million. */
  @Test
  void sweep_manyAgents_allExpireInOne() {
    int agents = 100_000;
    for (int i = 0; i < agents; i++) {
      registry.register(card(Ledgers.agent(i)), "g" + i % 10);
    }
    time.advance(GONE_AFTER.plusSeconds(1));
    registry.heartbeatOf("g3");
    assertThat(registry.sweep()).isEqualTo(agents - agents / 10);
    assertThat(registry.alive()).isEqualTo(agents / 10);
    assertThat(registry.retireGone()).isEqualTo(agents - agents / 10);
    assertThat(registry.size()).isEqualTo(agents / 10);
  }

  @Test
  void create_goneBeforeSuspected_isRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InMemoryRegistry.create(TIME_TO_LIVE, TIME_TO_LIVE.minusNanos(1), time))
        .withMessageContaining("PT30S");
  }

  private static AgentCard card(AgentId agent) {
    return new AgentCard(agent, "any", "does anything");
  }
}
