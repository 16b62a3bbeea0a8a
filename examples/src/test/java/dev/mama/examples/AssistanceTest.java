package dev.mama.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Candidate;
import dev.mama.Need;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.StateShape;
import dev.mama.Trace;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.registry.InMemoryRegistry;
import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.runtime.Assistance;
import dev.mama.runtime.Load;
import dev.mama.runtime.WeightedScorePolicy;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AssistanceTest {

  private static final AgentId REQUESTER = AgentId.of("requester");
  private static final Need NEED = new Need("who repairs a dripping tap?");

  private final ManualTime time = new ManualTime();
  private final HashingEncoder encoder = new HashingEncoder();
  private final Assistance assistance =
      Assistance.of(
          encoder,
          new ExactAgentIndex(encoder.dimension()),
          InMemoryRegistry.create(Duration.ofSeconds(30), time),
          InMemoryTrustLedger.create(Duration.ofDays(7), time),
          WeightedScorePolicy.create(),
          time);

  @AfterEach
  void close() {
    encoder.close();
  }

  private void enrol(int count) throws InterruptedException {
    var cards = new ArrayList<AgentCard>();
    for (int i = 0; i < count; i++) {
      cards.add(
          new AgentCard(AgentId.of("tap-" + i), "plumbing", "repairs a dripping tap, round " + i));
    }
    assistance.enrol(cards);
  }

  private Referral find() throws InterruptedException {
    return find(REQUESTER, Load.NONE);
  }

  private Referral find(AgentId requester, Load load) throws InterruptedException {
    return assistance.find(requester, NEED, Duration.ofMinutes(1), load, new SplittableRandom(42));
  }

  private static List<String> names(Referral referral) {
    return referral.candidates().stream().map(c -> c.agent().value()).toList();
  }

  private List<AgentId> several(int most) throws InterruptedException {
    return assistance
        .findSeveral(
            REQUESTER, NEED, Duration.ofMinutes(1), Load.NONE, new SplittableRandom(42), most)
        .stream()
        .map(referral -> referral.chosen().orElseThrow())
        .toList();
  }

  @Test
  void findSeveral_choosesAsManyOthersAsThereAre_eachOnce() throws Exception {
    enrol(20);
    assertThat(several(12)).hasSize(12).doesNotHaveDuplicates();
    assertThat(several(50)).hasSize(20).doesNotHaveDuplicates();
    assertThat(several(1)).containsExactly(find().chosen().orElseThrow());
    assertThatThrownBy(() -> several(0)).hasMessageContaining("most 0 must be at least 1");
  }

  @Test
  void findSeveral_decidesAmongTheFiveClosestThatAreLeft() throws Exception {
    enrol(20);
    var closest = new ArrayList<AgentId>();
    find().candidates().forEach(candidate -> closest.add(candidate.agent()));
    List<Referral> found =
        assistance.findSeveral(
            REQUESTER, NEED, Duration.ofMinutes(1), Load.NONE, new SplittableRandom(42), 3);
    assertThat(found.getFirst().candidates().stream().map(c -> c.agent()))
        .containsExactlyElementsOf(closest);
    AgentId first = found.getFirst().chosen().orElseThrow();
    assertThat(found.get(1).candidates())
        .hasSize(5)
        .noneMatch(candidate -> candidate.agent().equals(first));
  }

  @Test
  void find_many_returnsFiveBestFirstAndChoosesOne() throws Exception {
    enrol(20);
    Referral referral = find();
    assertThat(referral.candidates()).hasSize(5);
    assertThat(referral.candidates().stream().map(c -> -c.similarity())).isSorted();
    assertThat(names(referral)).contains(referral.chosen().orElseThrow().value());
    assertThat(referral.state().candidates()).isEqualTo(5);
  }

  @Test
  void find_nobodyThere_choosesNobody() throws Exception {
    Referral referral = find();
    assertThat(referral.candidates()).isEmpty();
    assertThat(referral.chosen()).isEmpty();
    assertThatThrownBy(() ->
            assistance.rate(
                REQUESTER,
                referral,
                new Rating(1, true, Duration.ZERO),
                Optional.empty(),
                Trace.start()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("chose nobody");
  }

  @Test
  void find_mostAreDead_looksFurtherForTheLiving() throws Exception {
    enrol(100);
    time.advance(Duration.ofSeconds(31));
    for (int i : new int[] {17, 57, 93}) {
      assertThat(assistance.heartbeat(AgentId.of("tap-" + i))).isTrue();
    }
    assertThat(names(find())).containsExactlyInAnyOrder("tap-17", "tap-57", "tap-93");
  }

  @Test
  void find_amongSome_looksFurtherForThemAndSharesWhatIsRegistered() throws Exception {
    Assistance some =
        assistance
            .among(agent -> agent.value().endsWith("7"))
            .among(agent -> !agent.value().equals("tap-97"));
    enrol(100);
    assertThat(names(find(some)))
        .hasSize(5)
        .allMatch(name -> name.endsWith("7") && !name.equals("tap-97"));
    time.advance(Duration.ofSeconds(31));
    for (int i : new int[] {17, 18, 97}) {
      assertThat(assistance.heartbeat(AgentId.of("tap-" + i))).isTrue();
    }
    assertThat(names(find(some))).containsExactly("tap-17");
    assertThat(names(find())).hasSize(3);
  }

  private static Referral find(Assistance with) throws InterruptedException {
    return with.find(REQUESTER, NEED, Duration.ofMinutes(1), Load.NONE, new SplittableRandom(42));
  }

  @Test
  void find_requesterItself_isNeverACandidate() throws Exception {
    enrol(6);
    Referral referral = find(AgentId.of("tap-3"), Load.NONE);
    assertThat(names(referral)).hasSize(5).doesNotContain("tap-3");
  }

  @Test
  void find_retired_isGoneAndItsStandingStays() throws Exception {
    enrol(2);
    Referral referral = find();
    AgentId chosen = referral.chosen().orElseThrow();
    assistance.rate(
        REQUESTER,
        referral,
        new Rating(1, true, Duration.ofMillis(20)),
        Optional.empty(),
        Trace.start());
    double trust = assistance.standing(chosen).trust();
    assertThat(trust).isGreaterThan(0.5);
    assertThat(assistance.retire(chosen)).isTrue();
    assertThat(names(find())).hasSize(1).doesNotContain(chosen.value());
    assertThat(assistance.standing(chosen).trust()).isEqualTo(trust);
  }

  @Test
  void rate_oneOfTheSameOwner_isRefusedByName() throws Exception {
    var details = AgentCard.Details.NONE.owner("lab-1");
    assistance.enrol(
        List.of(
            new AgentCard(AgentId.of("tap-1"), "plumbing", "repairs a dripping tap", details),
            new AgentCard(REQUESTER, "asking", "asks", details)));
    Referral referral = find();
    assertThatThrownBy(() ->
            assistance.rate(
                REQUESTER,
                referral,
                new Rating(1, true, Duration.ZERO),
                Optional.empty(),
                Trace.start()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("both belong to 'lab-1'");
    assertThat(assistance.standing(AgentId.of("tap-1")).evidence()).isZero();
  }

  @Test
  void rate_withAuditor_countsWhatItFoundAndNoOpinionOfTheUnknown() throws Exception {
    var checks = new AtomicBoolean(true);
    var audited =
        Assistance.of(
            encoder,
            new ExactAgentIndex(encoder.dimension()),
            InMemoryRegistry.create(Duration.ofSeconds(30), time),
            InMemoryTrustLedger.create(Duration.ofDays(7), time),
            WeightedScorePolicy.create(),
            interaction ->
                checks.get()
                    ? Optional.of(new Rating(0, true, interaction.rating().took()))
                    : Optional.empty(),
            time);
    audited.enrol(
        List.of(new AgentCard(AgentId.of("tap-1"), "plumbing", "repairs a dripping tap")));
    Referral referral =
        audited.find(REQUESTER, NEED, Duration.ofMinutes(1), Load.NONE, new SplittableRandom(42));
    AgentId chosen = referral.chosen().orElseThrow();
    var praise = new Rating(1, true, Duration.ofMillis(20));
    audited.rate(REQUESTER, referral, praise, Optional.empty(), Trace.start());
    assertThat(audited.standing(chosen).trust()).isLessThan(0.5);
    checks.set(false);
    audited.rate(REQUESTER, referral, praise, Optional.empty(), Trace.start());
    assertThat(audited.standing(chosen).evidence()).isEqualTo(1);
  }

  @Test
  void find_loadAndStanding_reachTheStateAndTheCandidates() throws Exception {
    enrol(1);
    var busy =
        new Load() {
          @Override
          public int of(AgentId agent) {
            return 4;
          }

          @Override
          public int total() {
            return 64;
          }
        };
    Referral referral = find(REQUESTER, busy);
    Candidate candidate = referral.candidates().getFirst();
    assertThat(candidate.load()).isEqualTo(4);
    int at = StateShape.candidate(0);
    assertThat(referral.state().at(at + StateShape.Offset.LOAD)).isEqualTo(0.5f);
    assertThat(referral.state().at(at + StateShape.Offset.TRUST)).isEqualTo(0.5f);
    assertThat(referral.state().at(StateShape.NAMES.indexOf("system.asksInFlight")))
        .isEqualTo(0.5f);
  }

  @Test
  void of_encoderAndIndexDiffer_isRefused() {
    assertThatThrownBy(() ->
            Assistance.of(
                encoder,
                new ExactAgentIndex(7),
                InMemoryRegistry.create(),
                InMemoryTrustLedger.create(),
                WeightedScorePolicy.create(),
                time))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the index holds 7");
  }
}
