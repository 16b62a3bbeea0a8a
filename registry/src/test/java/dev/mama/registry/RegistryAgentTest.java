package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.Time;
import dev.mama.journal.Grade;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.InMemoryTransport;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The registry agent in one group, asked from another over a transport. */
@Timeout(60)
class RegistryAgentTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp-1");
  private static final AgentId ADA = AgentId.of("ada");
  private static final AgentId BOB = AgentId.of("bob");

  @TempDir Path folder;

  @Test
  void tell_fromAnotherGroup_isKeptAndAnswered() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    var keys = PmlKeys.onlyKnown().group("workers", pair.getPublic());
    var registry = InMemoryRegistry.create();
    var options = LedgerOptions.defaults().grade(Grade.JOURNALLED);
    try (var ledger = JournalTrustLedger.open(folder, options, Time.system());
        var transport = InMemoryTransport.open();
        var owner = AgentGroup.builder(EXPERIMENT).name("owner").transport(transport).build();
        var workers = AgentGroup.builder(EXPERIMENT).name("workers").transport(transport).build()) {
      RegistryAgent.start(owner, PmlDesk.of(EXPERIMENT, registry, ledger, keys, Time.system()));
      var writer = PmlWriter.signing(EXPERIMENT, "workers", 1, pair.getPrivate());
      var client = RegistryClient.of(writer, Duration.ofSeconds(30));
      var sender = workers.client("workers-registry");

      PmlAnswer answer =
          client.tell(
              sender,
              List.of(
                  new PmlMessage.Register(new AgentCard(ADA, "any", "does anything")),
                  new PmlMessage.Report(Ledgers.checked(ADA, BOB, 1, Time.system().now())),
                  new PmlMessage.Report(Ledgers.checked(BOB, ADA, 1, Time.system().now()))));

      assertThat(answer.accepted()).isEqualTo(2);
      assertThat(answer.refusals())
          .singleElement()
          .satisfies(it -> assertThat(it.reason()).isEqualTo(PmlReason.NOT_YOURS));
      assertThat(registry.isAlive(ADA)).isTrue();
      assertThat(ledger.standing(BOB).evidence()).isCloseTo(1, within(1e-3));
      assertThat(client.tell(sender, List.of(new PmlMessage.Heartbeat())).sequence()).isEqualTo(2);
    }
  }
}
