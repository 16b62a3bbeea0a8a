package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.Deadline;
import dev.mama.testkit.ManualTime;
import dev.mama.testkit.RateLimit;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {

  private final ManualTime time = new ManualTime();
  private final List<Duration> slept = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(ints = {60, 120, 500, 3_000, 60_000})
  void reserve_requestsPerMinute_neverMoreInAnySecondThanItsShare(int perMinute) throws Exception {
    var pace = pace(LlmTerms.FREE.withRequestsPerMinute(perMinute));
    int perSecond = (perMinute + 59) / 60;
    var sent = new ArrayDeque<Long>();
    for (int i = 0; i < 20 * perSecond; i++) {
      if (i == 7 * perSecond) {
        time.advance(Duration.ofMinutes(1)); // nobody asks; that is not made up for
      }
      pace.reserve(1_000, Deadline.NONE);
      sent.add(time.nanos());
      while (time.nanos() - sent.getFirst() >= 1e9) {
        sent.removeFirst();
      }
      assertThat(sent.size()).isLessThanOrEqualTo(perSecond);
    }
    double used = 20.0 * 60 * perSecond / perMinute / (time.nanos() / 1e9 - 60);
    assertThat(used).isBetween(0.97, 1.1);
  }

  @Test
  void reserve_serverCountsBySecondsOfItsOwn_isNotRefusedAtTheVeryLimit() throws Exception {
    var random = new SplittableRandom(5);
    var limit = new RateLimit(50, Duration.ofSeconds(1), RateLimit.Form.MILLIS, time);
    var server = limit.before(call -> Answer.text(""));
    var call = new Call("m", List.of(), OptionalDouble.empty(), OptionalInt.empty(), Map.of());
    var pace = pace(LlmTerms.FREE.withRequestsPerMinute(3_000));
    for (int i = 0; i < 2_000; i++) {
      pace.reserve(1, Deadline.NONE);
      time.advance(Duration.ofNanos(random.nextLong(1_000_000))); // the way there
      var unused = server.apply(call);
    }
    assertThat(limit.refused()).isZero();
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
    Duration wait = e.retryAfter().orElseThrow();
    assertThat(wait).isBetween(Duration.ofSeconds(10), Duration.ofMillis(10_250));
    assertThat(slept).isEmpty();
    pace.reserve(1, Deadline.NONE);
    assertThat(slept).containsExactly(wait);
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
