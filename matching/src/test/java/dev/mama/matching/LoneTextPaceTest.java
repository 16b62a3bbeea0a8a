package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LoneTextPaceTest {

  private static final int TOKENS = 24;
  private static final long ONE = 8_000_000;

  private final LoneTextPace pace = new LoneTextPace();

  @Test
  void favoursSeveral_severalAreFaster_isTrueButForTries() {
    assertThat(severalAmong(10 * LoneTextPace.CYCLE, 5_000_000))
        .isEqualTo(10 * (LoneTextPace.CYCLE - LoneTextPace.TRIES));
  }

  @Test
  void favoursSeveral_coresAreBusyForAWhile_isFalseMeanwhile() {
    severalAmong(LoneTextPace.CYCLE + 100, 5_000_000);
    assertThat(severalAmong(LoneTextPace.CYCLE, 80_000_000)).isLessThan(2 * LoneTextPace.TRIES);
    severalAmong(LoneTextPace.CYCLE, 5_000_000);
    assertThat(severalAmong(LoneTextPace.CYCLE, 5_000_000))
        .isEqualTo(LoneTextPace.CYCLE - LoneTextPace.TRIES);
  }

  @Test
  void favoursSeveral_oneIsFaster_isFalseButForTries() {
    assertThat(severalAmong(3 * LoneTextPace.CYCLE, 9_000_000)).isEqualTo(3 * LoneTextPace.TRIES);
  }

  @Test
  void favoursSeveral_textsOfOtherLengths_comparesTheirTokens() {
    for (int i = 0; i < LoneTextPace.TRIES; i++) {
      pace.took(pace.favoursSeveral(), 10, 3_000_000);
    }
    for (int i = 0; i < LoneTextPace.TRIES; i++) {
      pace.took(pace.favoursSeveral(), 200, 40_000_000);
    }
    assertThat(pace.favoursSeveral()).isTrue();
  }

  /** How many of so many texts several cores read, for {@code nanos} each; one takes ONE. */
  private int severalAmong(int texts, long nanos) {
    int several = 0;
    for (int i = 0; i < texts; i++) {
      boolean spread = pace.favoursSeveral();
      several += spread ? 1 : 0;
      pace.took(spread, TOKENS, spread ? nanos : ONE);
    }
    return several;
  }
}
