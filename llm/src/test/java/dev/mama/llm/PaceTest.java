package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.Deadline;
import dev.mama.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PaceTest {

  private final ManualTime time = new ManualTime();
  private final List<Duration> slept = new ArrayList<>();

  @Test
  void reserve_requestsPerMinute_areSpacedAfterOneSecondsWorth() throws Exception {
    var pace = pace(LlmTerms.FREE.withRequestsPerMinute(120));
    for (int i = 0; i < 12; i++) {
      pace.reserve(1_000, Deadline.NONE);
    }
    assertThat(slept).hasSize(10).containsOnly(Duration.ofMillis(500));
    assertThat(time.nanos()).isEqualTo(Duration.ofSeconds(5).toNanos());
  }

  @Test
  void reserve_tokensPerMinute_waitsForWhatIsReserved() throws Exception {
    var pace = pace(LlmTerms.FREE.withTokensPerMinute(6_000));
    pace.reserve(200, Deadline.NONE);
    pace.reserve(50, Deadline.NONE);
    assertThat(slept).containsExactly(Duration.ofMillis(500));
  }

  @Test
  void settle_lessUsedThanReserved_isGivenBack() throws Exception {
    var pace = pace(LlmTerms.FREE.withTokensPerMinute(6_000));
    pace.reserve(200, Deadline.NONE).settle(20);
    pace.reserve(180, Deadline.NONE);
    assertThat(slept).isEmpty();
  }

  @Test
  void settle_moreUsedThanReserved_isOwed() throws Exception {
    var pace = pace(LlmTerms.FREE.withTokensPerMinute(6_000));
    pace.reserve(10, Deadline.NONE).settle(400);
    pace.reserve(100, Deadline.NONE);
    assertThat(slept).containsExactly(Duration.ofSeconds(3));
  }

  @Test
  void settle_nobodyCounted_keepsTheEstimate() throws Exception {
    var pace = pace(LlmTerms.FREE.withTokensPerMinute(6_000));
    pace.reserve(200, Deadline.NONE).settle(0);
    pace.reserve(100, Deadline.NONE);
    assertThat(slept).containsExactly(Duration.ofSeconds(1));
  }

  @Test
  void cancel_notMade_takesNothing() throws Exception {
    var pace = pace(LlmTerms.FREE.withRequestsPerMinute(60).withTokensPerMinute(6_000));
    pace.reserve(200, Deadline.NONE).cancel();
    pace.reserve(200, Deadline.NONE);
    assertThat(slept).isEmpty();
  }

  @Test
  void reserve_moreThanTheBucketHolds_passesOnceItIsFull() throws Exception {
    var pace = pace(LlmTerms.FREE.withTokensPerMinute(6_000));
    pace.reserve(1_000, Deadline.NONE);
    pace.reserve(1_000, Deadline.NONE);
    assertThat(slept).containsExactly(Duration.ofSeconds(10));
  }

  @Test
  void reserve_notBeforeTheDeadline_failsAtOnceAndTakesNothing() throws Exception {
    var pace = pace(LlmTerms.FREE.withRequestsPerMinute(6));
    pace.reserve(1, Deadline.NONE);
    var soon = Deadline.after(Duration.ofSeconds(3), time);
    var e = catchThrowableOfType(ChatException.class, () -> pace.reserve(1, soon));
    assertThat(e.reason()).isEqualTo(Reason.DEADLINE);
    assertThat(e.retryAfter()).hasValue(Duration.ofSeconds(10));
    assertThat(slept).isEmpty();
    pace.reserve(1, Deadline.NONE);
    assertThat(slept).containsExactly(Duration.ofSeconds(10));
  }

  @Test
  void reserve_shut_waitsForTheGateAndAJitterAfterIt() throws Exception {
    var pace = pace(LlmTerms.FREE);
    pace.shutFor(Duration.ofSeconds(10));
    pace.reserve(1, Deadline.NONE);
    assertThat(slept.getFirst()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(11));
    pace.reserve(1, Deadline.NONE);
    assertThat(slept).hasSize(1);
  }

  @Test
  void reserve_shut_noTwoWakeTogether() throws Exception {
    var wakes = new ArrayList<Long>();
    var random = new SplittableRandom(7);
    for (int i = 0; i < 1_000; i++) {
      var clock = new ManualTime();
      var jitter = new Jitter(random, Duration.ZERO, Duration.ZERO);
      var pace = new Pace("'m'", LlmTerms.FREE, clock, clock::advance, jitter);
      pace.shutFor(Duration.ofSeconds(30));
      pace.reserve(1, Deadline.NONE);
      wakes.add(clock.nanos() / 1_000_000);
    }
    assertThat(wakes).allSatisfy(at -> assertThat(at).isBetween(30_000L, 33_000L));
    assertThat(wakes.stream().distinct().count()).isGreaterThan(600);
  }

  @Test
  void shutFor_shorterThanWhatIsOn_keepsTheLonger() throws Exception {
    var pace = pace(LlmTerms.FREE);
    pace.shutFor(Duration.ofSeconds(10));
    pace.shutFor(Duration.ofSeconds(1));
    pace.reserve(1, Deadline.NONE);
    assertThat(time.nanos()).isGreaterThanOrEqualTo(Duration.ofSeconds(10).toNanos());
  }

  @Test
  void refuseIfShutBeyond_deadlineBeforeTheGateOpens_saysWhen() {
    var pace = pace(LlmTerms.FREE);
    pace.shutFor(Duration.ofSeconds(10));
    pace.refuseIfShutBeyond(Deadline.after(Duration.ofSeconds(11), time));
    assertThatThrownBy(() -> pace.refuseIfShutBeyond(Deadline.after(Duration.ofSeconds(9), time)))
        .hasMessageContaining("PT10S");
  }

  private Pace pace(LlmTerms terms) {
    var jitter = new Jitter(new SplittableRandom(1), Duration.ZERO, Duration.ZERO);
    return new Pace("'m'", terms, time, this::sleep, jitter);
  }

  private void sleep(Duration wait) {
    slept.add(wait);
    time.advance(wait);
  }
}
