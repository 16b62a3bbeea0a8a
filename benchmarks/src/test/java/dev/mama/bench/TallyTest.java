package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.bench.compare.Host;
import dev.mama.bench.compare.Host.Token;
import dev.mama.bench.compare.PekkoHost;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class TallyTest {

  private final Tally tally = new Tally("hops on Nothing", 3, Duration.ofMillis(100));

  @Test
  void await_allHandled_returnsAndStartsAgainFromZero() {
    assertThatCode(
            () -> {
              for (int round = 0; round < 3; round++) {
                tally.handled(0);
                tally.handled(2);
                tally.partEnded();
                tally.await(1, 2);
              }
            })
        .doesNotThrowAnyException();
  }

  @Test
  void await_someLost_saysHowMany() {
    tally.handled(1);
    assertThatThrownBy(() -> tally.await(1, 1_003))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("hops on Nothing: 1,002 of 1,003 messages were lost");
  }

  @Test
  void await_someLostBetween_isNoticedAlthoughAllPartsEnded() {
    tally.handled(1);
    tally.partEnded();
    assertThatThrownBy(() -> tally.await(1, 2)).hasMessageContaining("1 of 2 messages were lost");
  }

  @Test
  void awaitPart_noneEnds_saysHowManyWereLost() {
    tally.handled(1);
    assertThatThrownBy(() -> tally.awaitPart(4)).hasMessageContaining("3 of 4 messages were lost");
  }

  @Test
  void await_someTwice_saysHowMany() {
    tally.handled(1);
    tally.handled(1);
    tally.partEnded();
    assertThatThrownBy(() -> tally.await(1, 1)).hasMessageContaining("1 too many");
  }

  @Test
  void await_pekkoMailboxOverflowed_fails() throws InterruptedException {
    var flooded = new CountDownLatch(1);
    try (Host host =
        PekkoHost.start(
            1,
            i ->
                (token, out) -> {
                  flooded.await();
                  tally.handled(i);
                  tally.partEnded();
                })) {
      for (int i = 0; i < 1_000; i++) {
        host.send(0, new Token(i, 0));
      }
      flooded.countDown();
      assertThatThrownBy(() -> tally.await(1_000, 1_000)).hasMessageContaining("were lost");
    }
  }
}
