package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.runtime.InMemoryTransport;
import dev.mama.spi.Presence;
import dev.mama.testkit.ManualTime;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a transport tells of processes, and what a registry makes of it. */
class AttendanceTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp-1");
  private static final AgentId ADA = AgentId.of("ada");

  private final ManualTime time = new ManualTime();
  private final InMemoryRegistry registry = InMemoryRegistry.create(Duration.ofSeconds(30), time);
  private final PmlKeys keys = PmlKeys.open();
  private final InMemoryTransport transport = InMemoryTransport.open();

  @BeforeEach
  void follow() throws Exception {
    var ledger = InMemoryTrustLedger.create(Duration.ofDays(7), time);
    PmlDesk.of(EXPERIMENT, registry, ledger, keys, time).follow(transport);
    registry.register(new AgentCard(ADA, "any", "does anything"), "g1");
  }

  @AfterEach
  void close() {
    transport.close();
  }

  @Test
  void lost_processOfAGroup_itsAgentsAreSuspectedUntilItIsHereAgain() {
    tell("p1", Presence.State.HERE);
    time.advance(Duration.ofSeconds(1));
    tell("p1", Presence.State.LOST);
    assertState(Liveness.State.SUSPECTED);
    assertThat(registry.liveness(ADA).orElseThrow().since()).isEqualTo(time.now());
    tell("p1", Presence.State.HERE);
    assertState(Liveness.State.ALIVE);
  }

  @Test
  void left_processOfAGroup_itsAgentsAreGone() {
    tell("p1", Presence.State.HERE);
    tell("p1", Presence.State.LEFT);
    assertState(Liveness.State.GONE);
  }

  /** A group starts anew before the broker has noticed its death, so the news comes late. */
  @Test
  void lost_processThatHasASuccessor_changesNothing() {
    tell("p1", Presence.State.HERE);
    tell("p2", Presence.State.HERE);
    tell("p1", Presence.State.LOST);
    assertState(Liveness.State.ALIVE);
    tell("p2", Presence.State.LOST);
    assertState(Liveness.State.SUSPECTED);
  }

  @Test
  void lost_processOfAnotherExperimentOrGroup_changesNothing() {
    transport.announce(
        ExperimentId.of("exp-2"), new Presence("p1", Set.of("g1"), Presence.State.LOST));
    transport.announce(EXPERIMENT, new Presence("p1", Set.of("g2"), Presence.State.LOST));
    assertState(Liveness.State.ALIVE);
  }

  @Test
  void lost_watchedFromThenOnOnly_isBelieved() {
    tell("p1", Presence.State.LOST);
    assertState(Liveness.State.SUSPECTED);
  }

  /** Else whoever may announce presence could have another's agents given to itself. */
  @Test
  void left_ofAWriterThatSigns_isSuspicionOnly() throws Exception {
    keys.group("g1", KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic());
    tell("p1", Presence.State.LEFT);
    assertState(Liveness.State.SUSPECTED);
  }

  @Test
  void here_moreGroupsThanAreCounted_theFirstStillCount() {
    var attendance = new Attendance(registry, keys, 10);
    IntStream.rangeClosed(1, 20)
        .forEach(i -> attendance.accept(presence("p" + i, "g" + i, Presence.State.HERE)));
    attendance.accept(presence("p0", "g1", Presence.State.HERE));
    attendance.accept(presence("p1", "g1", Presence.State.LOST));
    assertState(Liveness.State.ALIVE);
    attendance.accept(presence("p0", "g1", Presence.State.LOST));
    assertState(Liveness.State.SUSPECTED);
  }

  private void tell(String process, Presence.State state) {
    transport.announce(EXPERIMENT, presence(process, "g1", state));
  }

  private static Presence presence(String process, String group, Presence.State state) {
    return new Presence(process, Set.of(group), state);
  }

  private void assertState(Liveness.State state) {
    assertThat(registry.liveness(ADA)).map(Liveness::state).contains(state);
  }
}
