package dev.mama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SystemTimeTest {

  private final Time time = Time.system();

  @Test
  void schedule_runsAfterItsDelay_alsoAfterOneThatFailed() throws Exception {
    long before = time.nanos();
    var ran = new CountDownLatch(1);
    time.schedule(
        Duration.ZERO,
        () -> {
          throw new IllegalStateException("on purpose");
        });
    time.schedule(Duration.ofMillis(20), ran::countDown);
    assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(time.nanos() - before).isGreaterThanOrEqualTo(Duration.ofMillis(20).toNanos());
  }

  @Test
  void schedule_cancelled_doesNotRun() throws Exception {
    var cancelled = new AtomicBoolean();
    var later = new CountDownLatch(1);
    Scheduled never = time.schedule(Duration.ofMillis(20), () -> cancelled.set(true));
    time.schedule(Duration.ofMillis(40), later::countDown);
    never.cancel();
    assertThat(later.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(cancelled).isFalse();
  }

  @Test
  void schedule_negativeDelay_namesIt() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> time.schedule(Duration.ofSeconds(-1), () -> {}))
        .withMessageContaining("delay PT-1S must not be negative");
  }

  @Test
  void sleep_lastsAtLeastThatLong() throws Exception {
    long before = time.nanos();
    time.sleep(Duration.ofMillis(5));
    time.sleep(Duration.ZERO);
    assertThat(time.nanos() - before).isGreaterThanOrEqualTo(Duration.ofMillis(5).toNanos());
  }
}
