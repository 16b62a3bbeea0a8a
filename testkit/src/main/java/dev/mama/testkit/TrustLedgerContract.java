package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mama.AgentId;
import dev.mama.Evidence;
import dev.mama.Rating;
import dev.mama.Standing;
import dev.mama.Time;
import dev.mama.spi.TrustLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What every {@link TrustLedger} keeps to. Where a test does not speak of credibility, its evidence
 * is checked and finds what the rater said.
 */
public abstract class TrustLedgerContract extends CredibilityContract {

  /** An empty ledger in which evidence counts half after {@code halfLife}. */
  @Override
  protected abstract TrustLedger newLedger(Duration halfLife, Time time);

  @Test
  void standing_unknownAgent_isTheMiddleWithoutEvidence() {
    record(BOB, 10, 1);
    assertUnknown(ledger.standing(ADA), 0);
  }

  @Test
  void record_oneRating_movesTrustItsWay() {
    record(ADA, 1, 1);
    record(BOB, 1, 0);
    assertThat(ledger.standing(ADA).trust()).isGreaterThan(0.5);
    assertThat(ledger.standing(BOB).trust()).isLessThan(0.5);
    assertThat(ledger.standing(ADA).evidence()).isCloseTo(1, within(1e-9));
  }

  @Test
  void record_eachRating_movesTrustFurther() {
    double trust = 0.5;
    for (int i = 0; i < 20; i++) {
      record(ADA, 1, 1);
      assertThat(ledger.standing(ADA).trust()).isGreaterThan(trust);
      trust = ledger.standing(ADA).trust();
    }
    for (int i = 0; i < 20; i++) {
      record(ADA, 1, 0);
      assertThat(ledger.standing(ADA).trust()).isLessThan(trust);
      trust = ledger.standing(ADA).trust();
    }
  }

  @Test
  void record_equalRatings_eachCountsOnce() {
    record(ADA, 12, 1);
    assertThat(ledger.standing(ADA).evidence()).isCloseTo(12, within(1e-9));
  }

  @Test
  void standing_muchEvidence_comesToTheMeanQuality() {
    for (int i = 0; i < 500; i++) {
      record(ADA, 1, 0.9);
      record(ADA, 1, 0.5);
    }
    Standing standing = ledger.standing(ADA);
    assertThat(standing.trust()).isCloseTo(0.7, within(0.01));
    assertThat(standing.lowerBound()).isBetween(0.6, standing.trust());
  }

  @Test
  void lowerBound_moreEvidenceOfTheSame_comesNearerToTrust() {
    double distance = 1;
    for (int round = 0; round < 5; round++) {
      Standing standing = ledger.standing(ADA);
      assertThat(standing.lowerBound()).isBetween(0.0, standing.trust());
      assertThat(standing.trust() - standing.lowerBound()).isLessThan(distance);
      distance = standing.trust() - standing.lowerBound();
      record(ADA, 20, 1);
      record(ADA, 20, 0);
    }
  }

  @Test
  void successRate_countsAnswersNotTheirQuality() {
    for (int i = 0; i < 100; i++) {
      record(ADA, new Rating(0, true, Duration.ofMillis(50)));
      record(BOB, new Rating(0, i % 4 == 0, Duration.ofMillis(50)));
    }
    assertThat(ledger.standing(ADA).successRate()).isGreaterThan(0.95).isLessThanOrEqualTo(1);
    assertThat(ledger.standing(BOB).successRate()).isCloseTo(0.25, within(0.02));
    assertThat(ledger.standing(ADA).trust()).isLessThan(0.05);
  }

  @Test
  void responseMillis_isTheMeanOfAnsweredInteractions() {
    for (int i = 0; i < 500; i++) {
      record(ADA, new Rating(1, true, Duration.ofMillis(100)));
      record(ADA, new Rating(1, true, Duration.ofMillis(300)));
      record(ADA, new Rating(0, false, Duration.ofMinutes(10)));
    }
    assertThat(ledger.standing(ADA).responseMillis()).isCloseTo(200, within(10.0));
  }

  @Test
  void responseMillis_neverAnswered_isThatOfTheUnknown() {
    record(ADA, new Rating(0, false, Duration.ofMillis(5)));
    assertThat(ledger.standing(ADA).responseMillis())
        .isCloseTo(Standing.UNKNOWN_RESPONSE_MILLIS, within(1e-6));
  }

  @Test
  void record_aboutOne_leavesOthersAlone() {
    record(ADA, 5, 1);
    record(BOB, 7, 0);
    assertThat(ledger.standing(ADA).evidence()).isCloseTo(5, within(1e-9));
    assertThat(ledger.standing(BOB).evidence()).isCloseTo(7, within(1e-9));
    assertThat(ledger.standing(ADA).trust()).isGreaterThan(ledger.standing(BOB).trust());
    assertUnknown(ledger.standing(rater(0)), 0);
  }

  @Test
  void record_anyOrder_comesToTheSame() {
    time.advance(HALF_LIFE.multipliedBy(10));
    List<Evidence> evidence = evidence(new Random(1), 100);
    evidence.forEach(ledger::record);
    Standing expected = ledger.standing(ADA);
    for (int round = 0; round < 10; round++) {
      Collections.shuffle(evidence, new Random(round));
      TrustLedger other = newLedger(HALF_LIFE, time);
      evidence.forEach(other::record);
      assertSame(other.standing(ADA), expected);
    }
  }

  @Test
  void standing_readInBetween_changesNothing() {
    List<Evidence> evidence = evidence(new Random(2), 50);
    TrustLedger unread = newLedger(HALF_LIFE, time);
    time.advance(HALF_LIFE.multipliedBy(10));
    for (Evidence each : evidence) {
      unread.record(each);
      ledger.record(each);
      ledger.standing(ADA);
    }
    assertSame(ledger.standing(ADA), unread.standing(ADA));
  }

  @Test
  void standing_withTime_driftsBackToTheUnknown() {
    for (int i = 0; i < 50; i++) {
      record(ADA, new Rating(1, true, Duration.ofMillis(10)));
      record(BOB, new Rating(0, false, Duration.ofMillis(10)));
    }
    Standing before = ledger.standing(ADA);
    time.advance(HALF_LIFE);
    Standing later = ledger.standing(ADA);
    assertThat(later.evidence()).isCloseTo(before.evidence() / 2, within(1e-6));
    assertThat(later.trust()).isLessThan(before.trust()).isGreaterThan(0.5);
    assertThat(later.lowerBound()).isLessThan(before.lowerBound());
    time.advance(HALF_LIFE.multipliedBy(40));
    assertUnknown(ledger.standing(ADA), 1e-6);
    assertUnknown(ledger.standing(BOB), 1e-6);
  }

  @Test
  void standing_afterALongTime_newEvidenceCountsInFull() {
    record(ADA, 50, 1);
    time.advance(HALF_LIFE.multipliedBy(40));
    record(ADA, 1, 0);
    assertThat(ledger.standing(ADA).evidence()).isCloseTo(1, within(1e-6));
    assertThat(ledger.standing(ADA).trust()).isLessThan(0.5);
  }

  @Test
  void record_oldEvidence_countsByItsAgeNotByItsArrival() {
    Instant then = time.now();
    time.advance(HALF_LIFE);
    ledger.record(evidence(0, ADA, rating(1), then));
    assertThat(ledger.standing(ADA).evidence()).isCloseTo(0.5, within(1e-6));
  }

  @Test
  void record_evidenceFromTheFuture_neverWeighsMoreThanOne() {
    ledger.record(evidence(0, ADA, rating(1), time.now().plus(HALF_LIFE.multipliedBy(10))));
    record(ADA, 1, 1);
    assertThat(ledger.standing(ADA).evidence()).isLessThanOrEqualTo(2 + 1e-9);
    time.advance(HALF_LIFE);
    assertThat(ledger.standing(ADA).evidence()).isLessThanOrEqualTo(2 + 1e-9);
  }

  @Test
  void record_fromManyThreads_losesNothing() throws InterruptedException {
    int each = 500;
    Threads.run(
        8,
        thread -> {
          for (int i = 0; i < each; i++) {
            record(ADA, 1, 1);
            record(AgentId.of("subject-" + i), 1, 0);
          }
        });
    assertThat(ledger.standing(ADA).evidence()).isCloseTo(8 * each, within(1e-6));
    for (int i = 0; i < each; i++) {
      assertThat(ledger.standing(AgentId.of("subject-" + i)).evidence()).isCloseTo(8, within(1e-6));
    }
  }
}
