package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.testkit.ManualTime;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** A desk before a ledger in memory, and what is told to it. */
abstract class PmlDeskFixture {

  static final ExperimentId EXPERIMENT = ExperimentId.of("exp-1");
  static final AgentId ADA = AgentId.of("ada");
  static final AgentId BOB = AgentId.of("bob");
  static final PmlMessage HEARTBEAT = new PmlMessage.Heartbeat();

  final ManualTime time = new ManualTime();
  final InMemoryRegistry registry = InMemoryRegistry.create(Duration.ofSeconds(30), time);
  final InMemoryTrustLedger ledger = InMemoryTrustLedger.create(Duration.ofDays(7), time);
  final PmlKeys keys = PmlKeys.open();
  final PmlDesk desk = PmlDesk.of(EXPERIMENT, registry, ledger, keys, time);
  final PmlWriter g1 = PmlWriter.of(EXPERIMENT, "g1", 1);

  @BeforeEach
  void writersAreKnown() {
    registry.register(new AgentCard(AgentId.of("first-of-g1"), "any", "is there"), "g1");
    registry.register(new AgentCard(AgentId.of("first-of-g2"), "any", "is there"), "g2");
  }

  static String body() {
    return PmlWriter.of(EXPERIMENT, "g1", 1).write(List.of(HEARTBEAT)).body();
  }

  static PmlMessage register(AgentId agent, String owner) {
    return new PmlMessage.Register(
        new AgentCard(agent, "any", "does anything", AgentCard.Details.NONE.owner(owner)));
  }

  static PmlMessage report(Evidence evidence) {
    return new PmlMessage.Report(evidence);
  }

  static KeyPair pair() throws GeneralSecurityException {
    return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  static void assertRefused(PmlAnswer answer, PmlReason reason, String named) {
    assertThat(answer.isTaken()).isFalse();
    assertThat(answer.accepted()).isZero();
    assertRefusal(answer, -1, reason);
    assertThat(answer.refusals().get(0).detail()).contains(named);
  }

  static void assertRefused(PmlAnswer answer, int message, PmlReason reason) {
    assertThat(answer.isTaken()).isTrue();
    assertThat(answer.accepted()).isEqualTo(1);
    assertRefusal(answer, message, reason);
  }

  static void assertRefusal(PmlAnswer answer, int message, PmlReason reason) {
    assertThat(answer.refusals()).hasSize(1);
    assertThat(answer.refusals().get(0).message()).isEqualTo(message);
    assertThat(answer.refusals().get(0).reason()).isEqualTo(reason);
  }
}
