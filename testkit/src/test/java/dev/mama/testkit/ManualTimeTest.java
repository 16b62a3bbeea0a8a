package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.mama.Scheduled;
import java.time.Duration;
import java.util.ArrayList;
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

  @Test
  void schedule_runsWhatFallsDueAtItsOwnMomentInOrder() {
    var ran = new ArrayList<String>();
    for (int seconds : new int[] {3, 1, 2, 1, 9}) {
      time.schedule(Duration.ofSeconds(seconds), () -> ran.add(seconds + "@" + seconds()));
    }
    time.advance(Duration.ofSeconds(3));
    assertThat(ran).containsExactly("1@1", "1@1", "2@2", "3@3");
    assertThat(time.scheduled()).isEqualTo(1);
    assertThat(seconds()).isEqualTo(3);
  }

  @Test
  void schedule_byATask_runsInTheSameAdvanceIfItFallsDue() {
    var ran = new ArrayList<Long>();
    time.schedule(
        Duration.ofSeconds(1),
        () -> {
          time.schedule(Duration.ofSeconds(1), () -> ran.add(seconds()));
          time.schedule(Duration.ofSeconds(5), () -> ran.add(seconds()));
        });
    time.advance(Duration.ofSeconds(4));
    assertThat(ran).containsExactly(2L);
  }

  @Test
  void schedule_cancelledOrFailing_doesNotTouchTheOthers() {
    var ran = new ArrayList<Long>();
    Scheduled never = time.schedule(Duration.ofSeconds(1), () -> ran.add(-1L));
    time.schedule(
        Duration.ofSeconds(1),
        () -> {
          throw new IllegalStateException("on purpose");
        });
    time.schedule(Duration.ofSeconds(1), () -> ran.add(seconds()));
    never.cancel();
    never.cancel();
    time.advance(Duration.ofSeconds(2));
    assertThat(ran).containsExactly(1L);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> time.schedule(Duration.ofNanos(-1), () -> {}))
        .withMessageContaining("PT-0.000000001S must not be negative");
  }

  @Test
  void sleep_lastsUntilTheClockHasMoved() throws InterruptedException {
    var sleeper =
        Thread.ofVirtual()
            .start(() -> {
              try {
                time.sleep(Duration.ofHours(1));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    await().atMost(Duration.ofSeconds(30)).until(() -> time.scheduled() == 1);
    time.advance(Duration.ofMinutes(59));
    assertThat(sleeper.getState()).isEqualTo(Thread.State.WAITING);
    time.advance(Duration.ofMinutes(1));
    assertThat(sleeper.join(Duration.ofSeconds(30))).isTrue();
    time.sleep(Duration.ZERO);
  }

  private long seconds() {
    return Duration.ofNanos(time.nanos()).toSeconds();
  }
}
