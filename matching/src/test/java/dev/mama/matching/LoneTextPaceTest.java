package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LoneTextPaceTest {

  private static final int TOKENS = 24;
  private static final long ONE = 8_000_000;

  private final LoneTextPace pace = new LoneTextPace();

  @Test
  void favoursSeveral_severalAreFaster_isTrueButForATry() {
    assertThat(severalAmong(10, 5_000_000)).as("both are tried first").isEqualTo(9);
    assertThat(severalAmong(10 * LoneTextPace.TRY_EVERY, 5_000_000))
        .isEqualTo(10 * (LoneTextPace.TRY_EVERY - 1));
  }

  @Test
  void favoursSeveral_coresAreBusyForAWhile_isFalseMeanwhile() {
    severalAmong(100, 5_000_000);
    assertThat(severalAmong(10 * LoneTextPace.TRY_EVERY, 80_000_000)).isLessThan(15);
    severalAmong(20 * LoneTextPace.TRY_EVERY, 5_000_000);
    assertThat(severalAmong(LoneTextPace.TRY_EVERY, 5_000_000))
        .isEqualTo(LoneTextPace.TRY_EVERY - 1);
  }

  @Test
  void favoursSeveral_textsOfOtherLengths_comparesTheirTokens() {
    pace.took(true, 10, 3_000_000);
    pace.took(false, 200, 40_000_000);
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
