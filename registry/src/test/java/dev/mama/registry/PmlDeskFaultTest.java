package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.Scheduled;
import dev.mama.Time;
import dev.mama.journal.Grade;
import dev.mama.testkit.ManualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong around the desk: clocks, names, restarts. */
class PmlDeskFaultTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp-1");
  private static final AgentId ADA = AgentId.of("ada");
  private static final AgentId BOB = AgentId.of("bob");
  private static final PmlMessage HEARTBEAT = new PmlMessage.Heartbeat();

  @TempDir Path folder;

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

  @Test
  void take_interruptedWhileItIsKept_isCarriedOut() throws Exception {
    Thread taking = Thread.currentThread();
    Time interrupting = // the ledger's thread asks when it writes
        new Time() {
          @Override
          public Instant now() {
            if (!Thread.currentThread().equals(taking)) {
              taking.interrupt();
            }
            return time.now();
          }

          @Override
          public long nanos() {
            return time.nanos();
          }

          @Override
          public Scheduled schedule(Duration delay, Runnable task) {
            return time.schedule(delay, task);
          }
        };
    var options = LedgerOptions.defaults().grade(Grade.JOURNALLED);
    try (var kept = JournalTrustLedger.open(folder, options, interrupting)) {
      var before = PmlDesk.of(EXPERIMENT, registry, kept, PmlKeys.open(), time);
      PmlAnswer answer = before.take(g1.write(List.of(register(ADA))));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(answer.accepted()).isEqualTo(1);
      assertThat(registry.card(ADA)).isPresent();
    }
  }

  @Test
  void of_blocksSmallerThanABatch_isRefusedByName() throws Exception {
    var options = LedgerOptions.defaults().grade(Grade.JOURNALLED).blockEntries(999);
    try (var small = JournalTrustLedger.open(folder, options, time)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PmlDesk.of(EXPERIMENT, registry, small, PmlKeys.open(), time))
          .withMessageContaining("999")
          .withMessageContaining("raise blockEntries");
    }
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
