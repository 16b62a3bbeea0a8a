package dev.mama;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DeadlineTest {

  @Test
  void remaining_countsDownToZeroAndStaysThere() {
    Deadline deadline = Deadline.after(Duration.ofSeconds(2), at(100));
    assertThat(deadline.remaining(at(100))).isEqualTo(Duration.ofSeconds(2));
    assertThat(deadline.remaining(at(1_000_000_100))).isEqualTo(Duration.ofSeconds(1));
    assertThat(deadline.remaining(at(2_000_000_100))).isZero();
    assertThat(deadline.remaining(at(9_000_000_000L))).isZero();
  }

  @Test
  void remaining_clockOverflows_isUnharmed() {
    Deadline deadline = Deadline.after(Duration.ofNanos(20), at(Long.MAX_VALUE - 10));
    assertThat(deadline.remaining(at(Long.MAX_VALUE - 10))).isEqualTo(Duration.ofNanos(20));
    assertThat(deadline.remaining(at(Long.MIN_VALUE + 4))).isEqualTo(Duration.ofNanos(5));
  }

  @Test
  void none_neverPasses() {
    assertThat(Deadline.NONE.isNone()).isTrue();
    assertThat(Deadline.NONE.remaining(at(Long.MAX_VALUE - 1))).isGreaterThan(Duration.ofDays(365));
    assertThat(Deadline.after(Duration.ofDays(40_000), at(0)).isNone()).isTrue();
  }

  @Test
  void earlier_isTheOneThatPassesFirst() {
    Deadline soon = new Deadline(10);
    Deadline late = new Deadline(20);
    assertThat(soon.earlier(late)).isEqualTo(soon);
    assertThat(late.earlier(soon)).isEqualTo(soon);
    assertThat(soon.earlier(Deadline.NONE)).isEqualTo(soon);
    assertThat(Deadline.NONE.earlier(soon)).isEqualTo(soon);
    assertThat(Deadline.NONE.earlier(Deadline.NONE)).isEqualTo(Deadline.NONE);
  }

  @Test
  void earlier_clockOverflowsBetween_isTheOneBeforeTheOverflow() {
    Deadline before = new Deadline(Long.MAX_VALUE - 5);
    Deadline after = new Deadline(Long.MIN_VALUE + 5);
    assertThat(after.earlier(before)).isEqualTo(before);
  }

  private static Time at(long nanos) {
    return new Time() {
      @Override
      public Instant now() {
        return Instant.EPOCH;
      }

      @Override
      public long nanos() {
        return nanos;
      }

      @Override
      public Scheduled schedule(Duration delay, Runnable task) {
        throw new UnsupportedOperationException("this clock stands still");
      }
    };
  }
}
