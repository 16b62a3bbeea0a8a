package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Standing;
import dev.mama.Time;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.InMemoryTransport;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.PlainAgentIndex;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The samples of {@code docs/guide/9-registry.md}. */
@Timeout(60)
class RegistryGuideTest {

  private static final Logger log = LoggerFactory.getLogger(RegistryGuideTest.class);
  private static final AgentId ada = AgentId.of("ada");
  private static final AgentCard cook = new AgentCard(AgentId.of("bob"), "soups", "cooks soups");
  private static final AgentCard card = new AgentCard(ada, "bicycles", "repairs bicycles");

  @TempDir Path folder;

  private final Evidence evidence = Ledgers.checked(ada, AgentId.of("bob"), 1, Time.system().now());

  @Test
  void trustOnDisk() throws Exception {
    try (var ledger = JournalTrustLedger.open(folder, Time.system())) {
      ledger.record(evidence); // waits until it is forced to the disk
      Standing standing = ledger.standing(ada); // trust, lower bound, how much evidence
      List<Ranked> best = ledger.top(10);
      for (Explanation.Counted each : ledger.explain(ada).evidence()) {
        log.info("{} counts {}", each.evidence(), each.weight());
      }
      Head head = ledger.head(); // keep it elsewhere: it proves later that nothing was altered
      Verification found = ledger.verify(head); // Whole, Unproven (an old head) or Broken
      assertThat(found).isInstanceOf(Verification.Whole.class);
      assertThat(standing.evidence()).isZero();
      assertThat(best).extracting(Ranked::agent).containsExactly(AgentId.of("bob"));
    }
  }

  @Test
  void oneRegistry() throws Exception {
    var experiment = ExperimentId.of("exp-42");
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    KeyPair others = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    var publicKey = pair.getPublic();
    var cooksPublicKey = others.getPublic();
    var cooksPrivateKey = others.getPrivate();
    var privateKey = pair.getPrivate();
    long start = 1;
    var encoder = new HashingEncoder();
    var index = new PlainAgentIndex(encoder.dimension());
    var policy = WeightedScorePolicy.create();
    var registry = InMemoryRegistry.create();
    registry.onChange(change -> log.info("{}", change)); // registered, retired, or another state
    try (var ledger = JournalTrustLedger.open(folder, Time.system());
        var transport = InMemoryTransport.open();
        var owner = AgentGroup.builder(experiment).name("owner").transport(transport).build();
        var workers = AgentGroup.builder(experiment).name("workers").transport(transport).build();
        var cooks = AgentGroup.builder(experiment).name("cooks").transport(transport).build()) {
      var keys = PmlKeys.onlyKnown().group("workers", publicKey).group("cooks", cooksPublicKey);
      var desk = PmlDesk.of(experiment, registry, ledger, keys, Time.system());
      desk.follow(transport); // processes that are lost or have left
      RegistryAgent.start(owner, desk);

      var sender = workers.client("teller");
      var writer = PmlWriter.signing(experiment, "workers", start, privateKey);
      var client = RegistryClient.of(writer, Duration.ofSeconds(30));
      PmlAnswer answer =
          client.tell(
              sender,
              List.of(
                  new PmlMessage.Register(card),
                  new PmlMessage.Heartbeat(), // of all agents that this writer registered
                  new PmlMessage.Report(evidence)));
      for (PmlAnswer.Refusal each : answer.refusals()) {
        log.warn("message {} was refused: {} ({})", each.message(), each.reason(), each.detail());
      }
      assertThat(answer.accepted()).isEqualTo(3);

      var copy = RegistryCopy.of(Time.system());
      copy.joinSigning(cooks, cooksPrivateKey);
      copy.register(cook); // is told to the owner, as are heartbeats
      await().until(() -> copy.isAlive(ada)); // one of the workers; no question crosses the wire
      assertThat(copy.isAlive(cook.agent())).isTrue();

      Assistance assistance =
          Assistance.of(encoder, index, copy, copy.trust(), policy, Time.system());
      await().until(() -> assistance.standing(evidence.subject()).evidence() > 0);
    }
  }
}
