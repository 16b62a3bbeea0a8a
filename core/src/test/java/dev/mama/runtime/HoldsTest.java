package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is still needed of the journal is counted right, whoever comes meanwhile. */
class HoldsTest {

  private static final int GENERATIONS = 300_000;

  @Test
  void giveUpBefore_whileOthersEnter_leavesNothingHeldOnceTheyHaveLeft() {
    var holds = new Holds();
    var writers =
        CompletableFuture.runAsync(() -> {
          while (Holds.generation(holds.latest()) < GENERATIONS) {
            holds.leave(holds.enter());
          }
        });
    int refused = 0;
    for (long generation = 1; generation <= GENERATIONS; generation++) {
      holds.seen(generation * Holds.RECORDS);
      refused += holds.giveUpBefore(generation) ? 0 : 1;
    }
    writers.join();
    assertThat(holds.giveUpBefore(GENERATIONS)).as("%d refused", refused).isTrue();
  }

  @Test
  void giveUpBefore_whatIsHeld_isRefusedUntilItIsFree() {
    var holds = new Holds();
    holds.hold(7);
    holds.seen(2 * Holds.RECORDS);
    assertThat(holds.giveUpBefore(1)).isFalse();
    holds.free(7);
    assertThat(holds.giveUpBefore(1)).isTrue();
  }
}
