package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.Rating;
import dev.mama.Standing;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.spi.TrustLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The part of {@link TrustLedgerContract} that is about what evidence rests on: checks, opinions
 * and the credibility of raters, what the runtime witnessed, and dimensions.
 */
abstract class CredibilityContract {

  static final Duration HALF_LIFE = Duration.ofHours(1);

  static final AgentId ADA = AgentId.of("ada");
  static final AgentId BOB = AgentId.of("bob");
  static final AgentId CAT = AgentId.of("cat");
  static final Trace TRACE = new Trace(1, 2, 3);

  final ManualTime time = new ManualTime();
  TrustLedger ledger;

  /** An empty ledger in which evidence counts half after {@code halfLife}. */
  protected abstract TrustLedger newLedger(Duration halfLife, Time time);

  @BeforeEach
  void create() {
    ledger = newLedger(HALF_LIFE, time);
  }

  @Test
  void record_checked_countsWhatWasFound() {
    check(CAT, ADA, 1, 0);
    assertThat(ledger.standing(ADA).evidence()).isCloseTo(1, within(1e-9));
    assertThat(ledger.standing(ADA).trust()).isLessThan(0.5);
  }

  @Test
  void record_checked_leavesTheRatersOwnStandingAlone() {
    check(CAT, ADA, 1, 0);
    check(BOB, ADA, 1, 1);
    assertUnknown(ledger.standing(CAT), 0);
    assertUnknown(ledger.standing(BOB), 0);
  }

  @Test
  void record_opinionOfRaterNeverChecked_changesNothing() {
    for (int i = 0; i < 200; i++) {
      opine(AgentId.of("newcomer-" + i), ADA, 1);
      opine(CAT, ADA, 1);
    }
    assertUnknown(ledger.standing(ADA), 0);
  }

  @Test
  void record_opinionOfRaterFoundRight_counts() {
    double before = weightOfOpinion(CAT);
    for (int i = 0; i < 20; i++) {
      check(CAT, BOB, i % 2, i % 2);
      double weight = weightOfOpinion(CAT);
      assertThat(weight).isBetween(before - 1e-9, 1 + 1e-9);
      before = weight;
    }
    assertThat(before).isGreaterThan(0.9);
    assertThat(ledger.standing(ADA).trust()).isGreaterThan(0.5);
  }

  @Test
  void record_opinionOfRaterFoundWrongOrGuessing_changesNothing() {
    for (int i = 0; i < 20; i++) {
      check(CAT, BOB, i % 2, 1 - i % 2);
      check(rater(0), BOB, i % 2, i / 2 % 2);
    }
    opine(CAT, ADA, 1);
    opine(rater(0), ADA, 1);
    assertUnknown(ledger.standing(ADA), 0);
  }

  @Test
  void record_opinionOfRaterFoundOut_losesItsVote() {
    agree(CAT, 20);
    assertThat(weightOfOpinion(CAT)).isGreaterThan(0.9);
    for (int i = 0; i < 60; i++) {
      check(CAT, BOB, 0, 1);
    }
    assertThat(weightOfOpinion(CAT)).isZero();
  }

  @Test
  void record_opinionOfRaterInGoodStanding_countsNoMoreForThat() {
    record(CAT, 500, 1);
    opine(CAT, ADA, 1);
    assertUnknown(ledger.standing(ADA), 0);
  }

  @Test
  void record_opinionOfRaterInBadStanding_countsNoLessForThat() {
    agree(CAT, 20);
    double before = weightOfOpinion(CAT);
    record(CAT, 500, 0);
    assertThat(weightOfOpinion(CAT)).isCloseTo(before, within(1e-9));
  }

  @Test
  void record_laterChecks_doNotWeighAnOpinionAgain() {
    opine(CAT, ADA, 1);
    agree(CAT, 20);
    assertUnknown(ledger.standing(ADA), 0);
  }

  @Test
  void record_raterNotCheckedForLong_losesItsVote() {
    agree(CAT, 20);
    time.advance(HALF_LIFE.multipliedBy(1_000));
    assertThat(weightOfOpinion(CAT)).isZero();
  }

  @Test
  void record_checksAndThenOpinionsInAnyOrder_comeToTheSame() {
    time.advance(HALF_LIFE.multipliedBy(10));
    var random = new Random(3);
    var checks = new ArrayList<Evidence>();
    var opinions = new ArrayList<Evidence>();
    for (Evidence each : evidence(random, 200)) {
      if (each instanceof Evidence.Checked it) {
        checks.add(each);
        opinions.add(
            new Evidence.Opinion(it.rater(), ADA, rating(random.nextDouble()), it.at(), TRACE));
      }
    }
    checks.forEach(ledger::record);
    opinions.forEach(ledger::record);
    for (int round = 0; round < 10; round++) {
      Collections.shuffle(checks, new Random(round));
      Collections.shuffle(opinions, new Random(round));
      TrustLedger other = newLedger(HALF_LIFE, time);
      checks.forEach(other::record);
      opinions.forEach(other::record);
      assertSame(other.standing(ADA), ledger.standing(ADA));
    }
  }

  @Test
  void record_witnessedAnswer_speaksOfReliabilityNotOfTrust() {
    for (int i = 0; i < 50; i++) {
      witness(ADA, true);
    }
    Standing standing = ledger.standing(ADA);
    assertThat(standing.trust()).isCloseTo(0.5, within(1e-9));
    assertThat(standing.evidence()).isCloseTo(0, within(1e-9));
    assertThat(standing.successRate()).isGreaterThan(0.95);
    assertThat(standing.responseMillis()).isLessThan(200);
    assertThat(ledger.trust(ADA, Dimension.RELIABILITY)).isGreaterThan(0.95);
  }

  @Test
  void record_witnessedSilence_isHelpWorthNothing() {
    witness(ADA, false);
    assertThat(ledger.standing(ADA).trust()).isLessThan(0.5);
    assertThat(ledger.standing(ADA).evidence()).isCloseTo(1, within(1e-9));
    assertThat(ledger.standing(ADA).successRate()).isLessThan(0.5);
    assertThat(ledger.trust(ADA, Dimension.RELIABILITY)).isLessThan(0.5);
  }

  @Test
  void trust_ofADimension_followsWhatIsSaidOfIt() {
    for (Dimension dimension : Dimension.values()) {
      assertThat(ledger.trust(ADA, dimension)).as("of the unknown").isEqualTo(0.5);
    }
    for (int i = 0; i < 100; i++) {
      record(ADA, rating(1));
      record(ADA, rating(1).with(Dimension.FAIRNESS, 0.2).with(Dimension.SECURITY, 0.8));
    }
    assertThat(ledger.trust(ADA, Dimension.COMPETENCE)).isGreaterThan(0.98);
    assertThat(ledger.trust(ADA, Dimension.FAIRNESS)).isCloseTo(0.2, within(0.02));
    assertThat(ledger.trust(ADA, Dimension.SECURITY)).isCloseTo(0.8, within(0.02));
    assertThat(ledger.trust(ADA, Dimension.TRANSPARENCY)).isEqualTo(0.5);
    assertThat(ledger.standing(ADA).trust()).isBetween(0.4, 0.95);
    assertThat(ledger.standing(ADA).evidence()).isCloseTo(200, within(1e-6));
    time.advance(HALF_LIFE.multipliedBy(40));
    assertThat(ledger.trust(ADA, Dimension.COMPETENCE)).isCloseTo(0.5, within(1e-6));
    assertThat(ledger.trust(ADA, Dimension.FAIRNESS)).isCloseTo(0.5, within(1e-6));
  }

  /** By how much one opinion of {@code rater} adds to the evidence about Ada. */
  private double weightOfOpinion(AgentId rater) {
    double before = ledger.standing(ADA).evidence();
    opine(rater, ADA, 1);
    return ledger.standing(ADA).evidence() - before;
  }

  private void agree(AgentId rater, int times) {
    for (int i = 0; i < times; i++) {
      check(rater, BOB, 1, 1);
    }
  }

  private void check(AgentId rater, AgentId subject, double said, double found) {
    ledger.record(
        new Evidence.Checked(rater, subject, rating(said), rating(found), time.now(), TRACE));
  }

  private void opine(AgentId rater, AgentId subject, double quality) {
    ledger.record(new Evidence.Opinion(rater, subject, rating(quality), time.now(), TRACE));
  }

  private void witness(AgentId subject, boolean answered) {
    ledger.record(
        new Evidence.Witnessed(subject, answered, Duration.ofMillis(100), time.now(), TRACE));
  }

  void record(AgentId subject, int times, double quality) {
    for (int i = 0; i < times; i++) {
      ledger.record(evidence(i, subject, rating(quality), time.now()));
    }
  }

  void record(AgentId subject, Rating rating) {
    ledger.record(evidence(0, subject, rating, time.now()));
  }

  /** About Ada, of the ten half-lives after {@link ManualTime#START}. */
  static List<Evidence> evidence(Random random, int count) {
    var evidence = new ArrayList<Evidence>();
    for (int i = 0; i < count; i++) {
      var rating =
          new Rating(
              random.nextDouble(), random.nextBoolean(), Duration.ofMillis(random.nextInt(5_000)));
      var after = Duration.ofNanos(random.nextLong(HALF_LIFE.multipliedBy(10).toNanos()));
      evidence.add(evidence(i, ADA, rating, ManualTime.START.plus(after)));
    }
    return evidence;
  }

  static Evidence evidence(int i, AgentId subject, Rating rating, Instant at) {
    return new Evidence.Checked(rater(i), subject, rating, rating, at, TRACE);
  }

  static AgentId rater(int i) {
    return AgentId.of("rater-" + i % 7);
  }

  static Rating rating(double quality) {
    return new Rating(quality, true, Duration.ofMillis(100));
  }

  static void assertUnknown(Standing standing, double tolerance) {
    assertThat(standing.trust()).as("trust").isCloseTo(0.5, within(tolerance));
    assertThat(standing.evidence()).as("evidence").isCloseTo(0, within(tolerance));
    assertThat(standing.successRate()).as("success rate").isCloseTo(0.5, within(tolerance));
    assertThat(standing.responseMillis())
        .as("response time")
        .isCloseTo(Standing.UNKNOWN_RESPONSE_MILLIS, within(tolerance * 1_000));
  }

  static void assertSame(Standing actual, Standing expected) {
    assertThat(actual.trust()).as("trust").isCloseTo(expected.trust(), within(1e-9));
    assertThat(actual.evidence()).as("evidence").isCloseTo(expected.evidence(), within(1e-9));
    assertThat(actual.lowerBound())
        .as("lower bound")
        .isCloseTo(expected.lowerBound(), within(1e-9));
    assertThat(actual.successRate())
        .as("success rate")
        .isCloseTo(expected.successRate(), within(1e-9));
    assertThat(actual.responseMillis())
        .as("response time")
        .isCloseTo(expected.responseMillis(), within(1e-6));
  }
}
