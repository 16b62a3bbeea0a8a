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
