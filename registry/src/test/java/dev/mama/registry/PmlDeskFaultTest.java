package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.testkit.ManualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes wrong around the desk: clocks, names, restarts. */
class PmlDeskFaultTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp-1");
  private static final AgentId ADA = AgentId.of("ada");
  private static final AgentId BOB = AgentId.of("bob");
  private static final PmlMessage HEARTBEAT = new PmlMessage.Heartbeat();

  private final ManualTime time = new ManualTime();
  private final InMemoryRegistry registry = InMemoryRegistry.create(Duration.ofSeconds(30), time);
  private final InMemoryTrustLedger ledger = InMemoryTrustLedger.create(Duration.ofDays(7), time);
  private final PmlDesk desk = PmlDesk.of(EXPERIMENT, registry, ledger, PmlKeys.open(), time);
  private final PmlWriter g1 = PmlWriter.of(EXPERIMENT, "g1", 1);

  @Test
  void take_ofAnEarlierStart_isNotTakenAndSaysSo() throws Exception {
    desk.take(PmlWriter.of(EXPERIMENT, "g1", 7).write(List.of(register(ADA))));
    PmlAnswer answer = desk.take(g1.write(List.of(register(BOB))));
    assertRefused(answer, PmlReason.EARLIER_START, "start 7");
    assertThat(registry.card(BOB)).isEmpty();
  }

  /** A group that only tells that it lives would never come back. */
  @Test
  void take_heartbeatAfterTheRegistryBeganAnew_isToRegisterAgain() throws Exception {
    desk.take(g1.write(List.of(register(ADA), HEARTBEAT)));
    var later = InMemoryRegistry.create(Duration.ofSeconds(30), time);
    var anew = PmlDesk.of(EXPERIMENT, later, ledger, PmlKeys.open(), time);
    var again = PmlWriter.of(EXPERIMENT, "g1", 2);
    assertRefusal(anew.take(again.write(List.of(HEARTBEAT))), 0, PmlReason.NOT_REGISTERED, "g1");
    assertThat(anew.take(again.write(List.of(register(ADA), HEARTBEAT))).refusals()).isEmpty();
    assertThat(anew.take(again.write(List.of(HEARTBEAT))).refusals()).isEmpty();
  }

  @Test
  void take_heartbeatAfterItsAgentsWereTakenOut_isToRegisterAgain() throws Exception {
    desk.take(g1.write(List.of(register(ADA))));
    time.advance(Duration.ofMinutes(6));
    desk.take(PmlWriter.of(EXPERIMENT, "g2", 1).write(List.of(register(BOB))));
    assertThat(registry.retireGone()).isEqualTo(1);
    assertRefusal(desk.take(g1.write(List.of(HEARTBEAT))), 0, PmlReason.NOT_REGISTERED, "g1");
    assertThat(registry.heartbeatOf("g1")).isFalse();
    assertThat(registry.heartbeatOf("g2")).isTrue();
  }

  @Test
  void take_tooManyWriters_areRefusedAsThat() throws Exception {
    for (int i = 0; i < PmlDesk.MOST_WRITERS; i++) {
      assertThat(desk.take(PmlWriter.of(EXPERIMENT, "w" + i, 1).write(List.of())).isTaken())
          .isTrue();
    }
    assertRefused(desk.take(g1.write(List.of(HEARTBEAT))), PmlReason.TOO_MANY_WRITERS, "10000");
    assertThat(desk.take(PmlWriter.of(EXPERIMENT, "w7", 2).write(List.of())).isTaken()).isTrue();
  }

  private static PmlMessage register(AgentId agent) {
    return new PmlMessage.Register(new AgentCard(agent, "any", "does anything"));
  }

  private static void assertRefused(PmlAnswer answer, PmlReason reason, String named) {
    assertThat(answer.isTaken()).isFalse();
    assertThat(answer.accepted()).isZero();
    assertRefusal(answer, -1, reason, named);
  }

  private static void assertRefusal(PmlAnswer answer, int message, PmlReason reason, String named) {
    assertThat(answer.refusals())
        .singleElement()
        .satisfies(it -> {
          assertThat(it.message()).isEqualTo(message);
          assertThat(it.reason()).isEqualTo(reason);
          assertThat(it.detail()).contains(named);
        });
  }
}
