package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.Rating;
import dev.mama.Standing;
import dev.mama.Time;
import dev.mama.Trace;
import dev.mama.spi.TrustLedger;
import dev.mama.testkit.ManualTime;
import dev.mama.testkit.TrustLedgerContract;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InMemoryTrustLedgerTest extends TrustLedgerContract {

  private static final Duration HALF_LIFE = Duration.ofDays(7);
  private static final AgentId ADA = AgentId.of("ada");
  private static final AgentId RATER = AgentId.of("rater");
  private static final Trace TRACE = new Trace(1, 2, 3);

  private final ManualTime time = new ManualTime();
  private final InMemoryTrustLedger ledger = InMemoryTrustLedger.create(HALF_LIFE, time);

  @Override
  protected TrustLedger newLedger(Duration halfLife, Time clock) {
    return InMemoryTrustLedger.create(halfLife, clock);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S"})
  void create_halfLifeNotPositive_isRefused(Duration halfLife) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> InMemoryTrustLedger.create(halfLife, time))
        .withMessageContaining(halfLife.toString());
  }

  @Test
  void standing_fewRatings_isTheBetaReputation() {
    rate(1);
    rate(1);
    rate(0.5);
    rate(0);
    // α = 2.5 + 1, β = 1.5 + 1; deviation √(αβ / (6² · 7)) = 0.18634
    Standing standing = ledger.standing(ADA);
    assertThat(standing.evidence()).isEqualTo(4);
    assertThat(standing.trust()).isCloseTo(3.5 / 6, within(1e-12));
    assertThat(standing.lowerBound()).isCloseTo(3.5 / 6 - 1.644854 * 0.186339, within(1e-5));
    assertThat(standing.successRate()).isCloseTo(5.0 / 6, within(1e-12));
    assertThat(standing.responseMillis()).isCloseTo((4 * 200 + 2 * 1_000) / 6.0, within(1e-9));
  }

  @Test
  void standing_anyEvidenceAtAnyTime_equalsTheSumOverAllOfIt() {
    var random = new SplittableRandom(1);
    for (int round = 0; round < 100; round++) {
      var clock = new ManualTime();
      var subject = InMemoryTrustLedger.create(HALF_LIFE, clock);
      var all = new ArrayList<Evidence.Checked>();
      for (int i = random.nextInt(1, 60); i > 0; i--) {
        clock.advance(Duration.ofMinutes(random.nextInt(10_000)));
        Instant at = clock.now().minusMillis(random.nextLong(3_000_000_000L));
        var rating =
            new Rating(
                random.nextDouble(),
                random.nextBoolean(),
                Duration.ofMillis(random.nextInt(9_000)));
        var found = new Evidence.Checked(RATER, ADA, rating, rating, at, TRACE);
        all.add(found);
        subject.record(found);
      }
      double weight = 0;
      double quality = 0;
      for (Evidence.Checked each : all) {
        double age = Duration.between(each.at(), clock.now()).toNanos();
        double counts = Math.pow(0.5, age / HALF_LIFE.toNanos());
        weight += counts;
        quality += counts * each.found().quality();
      }
      Standing standing = subject.standing(ADA);
      assertThat(standing.evidence()).isCloseTo(weight, within(1e-9));
      assertThat(standing.trust()).isCloseTo((quality + 1) / (weight + 2), within(1e-9));
    }
  }

  @Test
  void standing_anyEvidence_staysInItsRanges() {
    var random = new SplittableRandom(2);
    for (int i = 0; i < 2_000; i++) {
      time.advance(Duration.ofMinutes(random.nextInt(500)));
      ledger.record(
          checked(
              ADA,
              new Rating(random.nextInt(2), random.nextBoolean(), Duration.ofMillis(i)),
              time.now().plusSeconds(random.nextInt(-1_000_000, 1_000_000))));
      Standing standing = ledger.standing(ADA);
      assertThat(standing.trust()).isBetween(0.0, 1.0);
      assertThat(standing.lowerBound()).isBetween(0.0, standing.trust());
      assertThat(standing.successRate()).isBetween(0.0, 1.0);
      assertThat(standing.evidence()).isNotNegative();
      assertThat(standing.responseMillis()).isNotNegative().isFinite();
    }
  }

  @Test
  void standing_steadyRate_hasTheEvidenceTheHalfLifeAllows() {
    for (int i = 0; i < 7 * 7 * 10; i++) {
      time.advance(Duration.ofDays(1).dividedBy(7));
      rate(i % 2);
    }
    Standing standing = ledger.standing(ADA);
    assertThat(standing.evidence()).isCloseTo(49 / Math.log(2), within(1.0));
    assertThat((standing.trust() - standing.lowerBound()) / 1.645).isLessThan(0.06);
  }

  @Test
  void standing_unskilledAgent_fallsBelowTheSkilledAndStaysThere() {
    AgentId clumsy = AgentId.of("clumsy");
    var random = new SplittableRandom(3);
    for (int i = 0; i < 100; i++) {
      time.advance(Duration.ofMinutes(1));
      rate(ADA, random.nextDouble() < 0.9 ? 1 : 0);
      rate(clumsy, random.nextDouble() < 0.2 ? 1 : 0);
      if (i >= 30) {
        assertThat(ledger.standing(clumsy).trust()).isLessThan(0.4);
        assertThat(ledger.standing(ADA).lowerBound()).isGreaterThan(0.6);
      }
    }
  }

  @Test
  void standing_goodAgentTurnsBad_losesHalfItsNameInAHalfLife() {
    for (int day = 0; day < 70; day++) {
      rateSevenTimesInADay(1);
    }
    assertThat(ledger.standing(ADA).trust()).isGreaterThan(0.95);
    for (int day = 0; day < 7; day++) {
      rateSevenTimesInADay(0);
    }
    assertThat(ledger.standing(ADA).trust()).isCloseTo(0.5, within(0.02));
  }

  @Test
  void vote_byAgreement_isThatOfTheFormula() {
    assertThat(ledger.vote(RATER)).as("never checked").isZero();
    check(0.8, 1);
    check(1, 1);
    check(0, 0);
    // c = (2.8 + 1) / (3 + 2)
    assertThat(ledger.vote(RATER)).isCloseTo((3.8 / 1.2 - 1.5) / 7.5, within(1e-12));
    for (int i = 0; i < 100; i++) {
      check(1, 1);
    }
    assertThat(ledger.vote(RATER)).isEqualTo(1);
  }

  @Test
  void vote_afterTenHalfLives_restsOnHalfTheChecks() {
    for (int i = 0; i < 4; i++) {
      check(1, 1);
    }
    assertThat(ledger.vote(RATER)).isCloseTo((5 - 1.5) / 7.5, within(1e-12));
    time.advance(HALF_LIFE.multipliedBy(10));
    assertThat(ledger.vote(RATER)).isCloseTo((3 - 1.5) / 7.5, within(1e-12));
  }

  @Test
  void preTrust_newRater_hasAWholeVoteUntilFoundWrong() {
    ledger.preTrust(RATER);
    assertThat(ledger.vote(RATER)).isCloseTo(1, within(1e-12));
    ledger.record(new Evidence.Opinion(RATER, ADA, rating(1), time.now(), TRACE));
    assertThat(ledger.standing(ADA).evidence()).isCloseTo(1, within(1e-12));
    for (int i = 0; i < 10; i++) {
      check(0, 1);
    }
    assertThat(ledger.vote(RATER)).isZero();
  }

  @Test
  void standing_ratingOfSeveralDimensions_comesToTheirWeightedMean() {
    var weighed =
        InMemoryTrustLedger.create(
            HALF_LIFE, time, Map.of(Dimension.COMPETENCE, 3.0, Dimension.FAIRNESS, 1.0));
    Rating rating = rating(1).with(Dimension.FAIRNESS, 0.2).with(Dimension.SECURITY, 0);
    weighed.record(checked(ADA, rating, time.now()));
    assertThat(weighed.standing(ADA).trust()).isCloseTo((0.8 + 1) / 3, within(1e-12));
    ledger.record(checked(ADA, rating, time.now()));
    double worth = (0.25 * 1 + 0.15 * 0.2 + 0.15 * 0) / (0.25 + 0.15 + 0.15);
    assertThat(ledger.standing(ADA).trust()).isCloseTo((worth + 1) / 3, within(1e-12));
    assertThat(ledger.trust(ADA, Dimension.SECURITY)).isCloseTo(1.0 / 3, within(1e-12));
    assertThat(ledger.trust(ADA, Dimension.COMPETENCE)).isCloseTo(2.0 / 3, within(1e-12));
  }

  @Test
  void vote_agreement_isOverTheDimensionsBothSpeakOf() {
    Rating said = rating(1).with(Dimension.RELIABILITY, 1).with(Dimension.TRANSPARENCY, 1);
    Rating found = rating(1).with(Dimension.RELIABILITY, 0).with(Dimension.SECURITY, 0);
    for (int i = 0; i < 3; i++) {
      ledger.record(new Evidence.Checked(RATER, ADA, said, found, time.now(), TRACE));
    }
    assertThat(ledger.vote(RATER)).as("agreed by half").isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY, 0})
  void create_weightOutOfRange_isRefused(double weight) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> InMemoryTrustLedger.create(HALF_LIFE, time, Map.of(Dimension.COMPETENCE, weight)))
        .withMessageContaining("COMPETENCE");
  }

  @Test
  void record_ofAllTimes_isNoTrouble() {
    ledger.record(checked(ADA, rating(1), Instant.MIN));
    assertThat(ledger.standing(ADA).evidence()).isZero();
    ledger.record(checked(ADA, rating(1), Instant.MAX));
    assertThat(ledger.standing(ADA).evidence()).isEqualTo(1);
    assertThat(ledger.standing(ADA).trust()).isCloseTo(2.0 / 3, within(1e-12));
  }

  @Test
  void record_eightThreads_sumIsExact() throws Exception {
    int threads = 8;
    int each = 10_000;
    try (var pool = Executors.newFixedThreadPool(threads)) {
      var runs = new ArrayList<Future<?>>();
      for (int thread = 0; thread < threads; thread++) {
        double quality = thread % 2;
        runs.add(
            pool.submit(() -> {
              for (int i = 0; i < each; i++) {
                rate(quality);
              }
            }));
      }
      for (Future<?> run : runs) {
        run.get(60, TimeUnit.SECONDS);
      }
    }
    // A clock that stands still decays nothing, so every sum is a whole number.
    assertThat(ledger.standing(ADA).evidence()).isEqualTo(threads * each);
    assertThat(ledger.standing(ADA).trust()).isEqualTo(0.5);
  }

  private void check(double said, double found) {
    ledger.record(new Evidence.Checked(RATER, ADA, rating(said), rating(found), time.now(), TRACE));
  }

  private void rateSevenTimesInADay(double quality) {
    for (int i = 0; i < 7; i++) {
      time.advance(Duration.ofDays(1).dividedBy(7));
      rate(quality);
    }
  }

  private void rate(double quality) {
    rate(ADA, quality);
  }

  private void rate(AgentId subject, double quality) {
    ledger.record(checked(subject, rating(quality), time.now()));
  }

  private static Evidence checked(AgentId subject, Rating rating, Instant at) {
    return new Evidence.Checked(RATER, subject, rating, rating, at, TRACE);
  }

  private static Rating rating(double quality) {
    return new Rating(quality, true, Duration.ofMillis(200));
  }
}
