package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ManualTimeTest {

  private final ManualTime time = new ManualTime();

  @Test
  void advance_movesBothReadingsByTheSame() {
    long nanos = time.nanos();
    time.advance(Duration.ofMinutes(5));
    time.advance(Duration.ofNanos(7));
    Duration moved = Duration.ofMinutes(5).plusNanos(7);
    assertThat(time.nanos() - nanos).isEqualTo(moved.toNanos());
    assertThat(time.now()).isEqualTo(ManualTime.START.plus(moved));
  }

  @Test
  void advance_backwards_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> time.advance(Duration.ofNanos(-1)));
  }

  @Test
  void advance_fromManyThreads_losesNothing() throws InterruptedException {
    Threads.run(
        8,
        thread -> {
          for (int i = 0; i < 1_000; i++) {
            time.advance(Duration.ofNanos(1));
          }
        });
    assertThat(time.nanos()).isEqualTo(8_000);
  }
}
