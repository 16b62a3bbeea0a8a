package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.ExperimentId;
import dev.mama.Time;
import dev.mama.runtime.AgentGroup;
import dev.mama.runtime.InMemoryTransport;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.PlainAgentIndex;
import dev.mama.testkit.UnrulyTransport;
import dev.mama.testkit.UnrulyTransport.Faults;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One owner, and copies in other groups, on networks good and bad. */
@Timeout(120)
class RegistryCopyTest {

  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp-1");
  private static final AgentId ADA = AgentId.of("ada");
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);

  private final Time time = Time.system();
  private final InMemoryRegistry registry = InMemoryRegistry.create(TIME_TO_LIVE, time);
  private final PmlKeys keys = PmlKeys.open();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @Test
  void copies_newsAreLostDoubledAndOutOfOrder_comeToBeAsTheOwnerIs() throws Exception {
    var random = new Random(7);
    var dropped = new AtomicInteger();
    Faults faults =
        Faults.NONE
            .delayed(Duration.ZERO, Duration.ofMillis(30))
            .doubling(0.2)
            .dropping(envelope -> isNews(envelope) && isChosen(random, dropped));
    Transport transport = opened(UnrulyTransport.open(time, 7, faults));
    RegistryAgent.start(group(transport, "owner"), desk(), LOOK);
    RegistryCopy first = join(transport, "g1");
    RegistryCopy second = join(transport, "g2");
    IntStream.range(0, 1_200).forEach(i -> first.register(card(i, "does thing " + i)));
    IntStream.range(1_200, 1_300).forEach(i -> second.register(card(i, "does thing " + i)));
    eventually().until(() -> registry.size() == 1_300);

    for (int i = 0; i < 1_200; i += 3) {
      first.retire(Ledgers.agent(i));
      first.register(card(i + 1, "does something else now"));
      if (i % 60 == 0) {
        int news = dropped.get();
        eventually().until(() -> dropped.get() > news); // so that changes and losses mingle
      }
    }

    eventually().untilAsserted(() -> assertSame(first));
    eventually().untilAsserted(() -> assertSame(second));
    assertThat(registry.size()).isEqualTo(900);
    assertThat(second.snapshots()).as("a gap was noticed").isGreaterThan(1);
  }

  private static boolean isNews(Envelope envelope) {
    return envelope.message().payload().type().equals("RegistryNews");
  }

  private static synchronized boolean isChosen(Random random, AtomicInteger dropped) {
    boolean chosen = random.nextInt(3) == 0;
    dropped.addAndGet(chosen ? 1 : 0);
    return chosen;
  }

  private void assertSame(RegistryCopy copy) {
    assertThat(copy.size()).isEqualTo(registry.size());
    assertThat(copy.alive()).isEqualTo(registry.alive());
    for (AgentId agent : registry.agents()) {
      assertThat(copy.card(agent)).isEqualTo(registry.card(agent));
    }
  }

  @Test
  void copy_nothingIsLost_readsOneSnapshotAndHearsOfDeaths() throws Exception {
    Transport transport = opened(InMemoryTransport.open());
    RegistryAgent.start(group(transport, "owner"), desk(), LOOK);
    RegistryCopy writing = join(transport, "g1");
    RegistryCopy reading = join(transport, "g2");
    List<RegistryChange> heard = new ArrayList<>();
    reading.onChange(heard::add);
    AgentCard card = new AgentCard(ADA, "any", "does anything");
    writing.register(card);
    assertThat(writing.isAlive(ADA)).isTrue();
    eventually().until(() -> reading.isAlive(ADA));
    assertThat(registry.writer(ADA)).contains("g1");

    registry.lost("g1");
    eventually()
        .until(() ->
            reading.liveness(ADA).map(Liveness::state).orElseThrow() == Liveness.State.SUSPECTED);
    assertThat(reading.isAlive(ADA)).isFalse();
    assertThat(reading.alive()).isZero();
    writing.retire(ADA);
    eventually().until(() -> reading.size() == 0);

    assertThat(reading.snapshots()).isEqualTo(1);
    assertThat(heard)
        .hasSize(3)
        .startsWith(new RegistryChange.Registered(card))
        .endsWith(new RegistryChange.Retired(ADA));
  }

  @Test
  void copy_ownerIsAnotherOne_tellsItAllAgain() throws Exception {
    Transport transport = opened(InMemoryTransport.open());
    AgentGroup first = group(transport, "owner");
    RegistryAgent.start(first, desk(), LOOK);
    RegistryCopy copy = join(transport, "g1");
    copy.register(card(1, "does one thing"));
    eventually().until(() -> registry.size() == 1);
    first.close();

    var empty = InMemoryRegistry.create(TIME_TO_LIVE, time);
    empty.register(card(2, "does another thing"));
    RegistryAgent.start(group(transport, "next-owner"), desk(empty), LOOK);

    eventually().until(() -> empty.card(Ledgers.agent(1)).isPresent());
    eventually().until(() -> copy.card(Ledgers.agent(2)).isPresent());
    assertThat(copy.size()).isEqualTo(2);
  }

  @Test
  void copy_ownerRefusesAnAgent_takesItOutAndListsWhoseItIs() throws Exception {
    Transport transport = opened(InMemoryTransport.open());
    RegistryAgent.start(group(transport, "owner"), desk(), LOOK);
    AgentCard others = card(1, "belongs to another");
    registry.register(others, "g2");
    RegistryCopy copy = join(transport, "g1");

    copy.register(card(1, "would belong to g1"));

    eventually().until(() -> copy.card(Ledgers.agent(1)).equals(Optional.of(others)));
    assertThat(registry.card(Ledgers.agent(1))).contains(others);
  }

  /** As where an agent comes here before its last group has said that it has left. */
  @Test
  void copy_agentIsFreed_isThisGroupsAfterAll() throws Exception {
    Transport transport = opened(InMemoryTransport.open());
    RegistryAgent.start(group(transport, "owner"), desk(), LOOK);
    registry.register(card(1, "has not left yet"), "g2");
    registry.register(card(2, "is about to die"), "g3");
    RegistryCopy copy = join(transport, "g1");
    for (int agent : List.of(1, 2)) {
      copy.register(card(agent, "has come"));
      eventually()
          .until(
              () -> !copy.card(Ledgers.agent(agent)).equals(Optional.of(card(agent, "has come"))));
    }

    registry.retire(Ledgers.agent(1));
    registry.left("g3");

    for (int agent : List.of(1, 2)) {
      eventually().until(() -> registry.writer(Ledgers.agent(agent)).equals(Optional.of("g1")));
      assertThat(registry.card(Ledgers.agent(agent))).contains(card(agent, "has come"));
      eventually()
          .until(
              () -> copy.card(Ledgers.agent(agent)).equals(Optional.of(card(agent, "has come"))));
    }
  }

  @Test
  void copy_refusedAgentIsRetired_doesNotComeBack() throws Exception {
    Transport transport = opened(InMemoryTransport.open());
    RegistryAgent.start(group(transport, "owner"), desk(), LOOK);
    registry.register(card(1, "belongs to another"), "g2");
    RegistryCopy copy = join(transport, "g1");
    copy.register(card(1, "has come, and goes"));
    eventually().until(() -> copy.card(Ledgers.agent(1)).equals(registry.card(Ledgers.agent(1))));

    copy.retire(Ledgers.agent(1));
    registry.retire(Ledgers.agent(1));
    eventually().until(() -> copy.card(Ledgers.agent(1)).isEmpty());
    copy.register(card(2, "is told of after it"));

    eventually().until(() -> registry.writer(Ledgers.agent(2)).isPresent());
    assertThat(registry.card(Ledgers.agent(1))).isEmpty();
    assertThat(copy.card(Ledgers.agent(1))).isEmpty();
  }

  @Test
  void copy_signing_isTakenWhereOnlyKnownWritersAre() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    var known = PmlKeys.onlyKnown().group("g1", pair.getPublic());
    var ledger = InMemoryTrustLedger.create();
    Transport transport = opened(InMemoryTransport.open());
    RegistryAgent.start(
        group(transport, "owner"), PmlDesk.of(EXPERIMENT, registry, ledger, known, time), LOOK);
    RegistryCopy copy = RegistryCopy.of(TIME_TO_LIVE, LOOK, time);
    copy.joinSigning(group(transport, "g1"), pair.getPrivate());

    copy.register(card(1, "is vouched for by a key"));

    eventually().until(() -> registry.size() == 1);
  }

  @Test
  void copy_ownerIsSilent_nobodyElsewhereIsAlive() throws Exception {
    Transport transport = opened(InMemoryTransport.open());
    AgentGroup owner = group(transport, "owner");
    RegistryAgent.start(owner, desk(), LOOK);
    registry.register(card(1, "is the owner's"));
    RegistryCopy copy = RegistryCopy.of(Duration.ofSeconds(1), LOOK, time);
    copy.join(group(transport, "g1"));
    eventually().until(() -> copy.isAlive(Ledgers.agent(1)));

    owner.close();

    eventually().until(() -> !copy.isAlive(Ledgers.agent(1)));
    assertThat(copy.alive()).isZero();
    assertThat(copy.card(Ledgers.agent(1))).isPresent();
  }

  @Test
  void copy_cardTooLongForANews_isListedWithoutItsSkills() throws Exception {
    Transport transport = opened(InMemoryTransport.open());
    RegistryAgent.start(group(transport, "owner"), desk(), LOOK);
    var skills =
        IntStream.range(0, 20)
            .mapToObj(i -> new AgentCard.Skill("s" + i, "name", "x".repeat(10_000), List.of()))
            .toList();
    var details = new AgentCard.Details("lab", "1", skills, List.of(), 0);
    registry.register(new AgentCard(ADA, "any", "does anything", details));
    RegistryCopy copy = join(transport, "g1");

    eventually().until(() -> copy.card(ADA).isPresent());

    AgentCard listed = copy.card(ADA).orElseThrow();
    assertThat(listed.description()).isEqualTo("does anything");
    assertThat(listed.details()).isEqualTo(AgentCard.Details.NONE.owner("lab"));
  }

  /** What others offer is found by meaning here, too. */
  @Test
  void onChange_indexer_indexesAgentsOfAllGroups() throws Exception {
    Transport transport = opened(InMemoryTransport.open());
    RegistryAgent.start(group(transport, "owner"), desk(), LOOK);
    RegistryCopy copy = RegistryCopy.of(TIME_TO_LIVE, LOOK, time);
    var encoder = new HashingEncoder();
    var index = new PlainAgentIndex(encoder.dimension());
    copy.onChange(opened(CardIndexer.start(encoder, index)));
    copy.join(group(transport, "g1"));
    copy.register(card(1, "repairs bicycles"));
    registry.register(card(2, "cooks soups"));

    eventually().until(() -> index.size() == 2);

    assertThat(index.topK(encoder.encode("cooks soups"), 1).get(0).agent())
        .isEqualTo(Ledgers.agent(2));
  }

  @Test
  void trust_isTheOwners_andWhatIsRatedInAGroupComesToIt() throws Exception {
    Transport transport = opened(InMemoryTransport.open());
    var ledger = InMemoryTrustLedger.create();
    RegistryAgent.start(
        group(transport, "owner"), PmlDesk.of(EXPERIMENT, registry, ledger, keys, time), LOOK);
    RegistryCopy first = join(transport, "g1");
    RegistryCopy second = join(transport, "g2");
    first.register(new AgentCard(ADA, "any", "does anything"));
    second.register(card(1, "rates what it gets"));
    for (int i = 0; i < 5; i++) {
      second.trust().record(Ledgers.checked(Ledgers.agent(1), ADA, 1, time.now()));
    }
    for (RegistryCopy copy : List.of(first, second)) {
      eventually()
          .untilAsserted(() ->
              assertThat(copy.trust().standing(ADA).trust())
                  .isCloseTo(ledger.standing(ADA).trust(), within(0.005))
                  .isGreaterThan(0.8));
    }
    assertThat(ledger.standing(ADA).evidence()).isCloseTo(5, within(0.01));

    ledger.record(Ledgers.checked(Ledgers.agent(1), ADA, 0, time.now())); // the owner's own word
    RegistryCopy late = join(transport, "g3");
    for (RegistryCopy copy : List.of(first, late)) {
      eventually()
          .untilAsserted(() ->
              assertThat(copy.trust().standing(ADA).trust())
                  .isCloseTo(ledger.standing(ADA).trust(), within(0.005)));
    }

    first.retire(ADA);
    eventually().until(() -> second.trust().standing(ADA).evidence() == 0);
    assertThatThrownBy(() -> second.trust().trust(ADA, Dimension.FAIRNESS))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("'ada'");
  }

  @Test
  void trust_ownerIsNotThere_waitsAndCountsOnceLater() throws Exception {
    Transport transport = opened(InMemoryTransport.open());
    var ledger = InMemoryTrustLedger.create();
    RegistryCopy copy = join(transport, "g1");
    copy.register(card(1, "rates what it gets"));
    copy.trust().record(Ledgers.checked(Ledgers.agent(1), ADA, 1, time.now()));
    registry.register(new AgentCard(ADA, "any", "does anything"));

    RegistryAgent.start(
        group(transport, "owner"), PmlDesk.of(EXPERIMENT, registry, ledger, keys, time), LOOK);

    eventually().until(() -> copy.trust().standing(ADA).evidence() > 0);
    assertThat(ledger.standing(ADA).evidence()).isCloseTo(1, within(0.01));
  }

  @Test
  void trust_nobodyTakesEvidence_isRefusedInTheEnd() {
    var trust = new CopiedTrust();
    Evidence evidence = Ledgers.checked(Ledgers.agent(1), ADA, 1, time.now());
    for (int i = 0; i < CopiedTrust.MOST_UNTOLD; i++) {
      trust.record(evidence);
    }
    assertThatThrownBy(() -> trust.record(evidence))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("100,000 pieces of evidence wait");
    List<PmlMessage> taken = trust.takeUntold(2);
    trust.tellAgain((PmlMessage.Report) taken.getFirst());
    assertThatThrownBy(
            () -> {
              trust.record(evidence); // in the place of the second
              trust.record(evidence);
            })
        .isInstanceOf(LedgerException.class);
  }

  private PmlDesk desk() {
    return desk(registry);
  }

  private PmlDesk desk(InMemoryRegistry owned) {
    return PmlDesk.of(EXPERIMENT, owned, InMemoryTrustLedger.create(), keys, time);
  }

  private AgentGroup group(Transport transport, String name) {
    return opened(AgentGroup.builder(EXPERIMENT).name(name).transport(transport).build());
  }

  private RegistryCopy join(Transport transport, String group) throws InterruptedException {
    RegistryCopy copy = RegistryCopy.of(TIME_TO_LIVE, LOOK, time);
    copy.join(group(transport, group));
    return copy;
  }

  private <T extends AutoCloseable> T opened(T resource) {
    opened.add(resource);
    return resource;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private static AgentCard card(int agent, String description) {
    return new AgentCard(Ledgers.agent(agent), "any", description);
  }

  private static ConditionFactory eventually() {
    return await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(60));
  }
}
