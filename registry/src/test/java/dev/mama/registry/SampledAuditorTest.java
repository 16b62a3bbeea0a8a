package dev.mama.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.AgentId;
import dev.mama.Decision;
import dev.mama.Need;
import dev.mama.Rating;
import dev.mama.Referral;
import dev.mama.State;
import dev.mama.StateShape;
import dev.mama.Trace;
import dev.mama.spi.Auditor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampledAuditorTest {

  private static final Rating SAID = new Rating(1, true, Duration.ZERO);
  private static final Rating FOUND = new Rating(0, true, Duration.ZERO);

  private static final Auditor JUDGE = interaction -> Optional.of(FOUND);

  @Test
  void audit_manyInteractions_judgesItsShareOfEachRaters() throws Exception {
    Auditor auditor = SampledAuditor.of(JUDGE, 42);
    for (String rater : List.of("ada", "bob", "cat")) {
      assertThat(share(drawn(auditor, rater, 10_000))).isBetween(400L, 600L);
    }
  }

  @Test
  void audit_sameSeed_drawsTheSameWhateverOthersDo() throws Exception {
    Auditor crowded = SampledAuditor.of(JUDGE, 0.5, 42);
    var among = new ArrayList<Boolean>();
    for (int i = 0; i < 100; i++) {
      drawn(crowded, "other-" + i % 3, 1 + i % 5);
      among.addAll(drawn(crowded, "ada", 1));
    }
    List<Boolean> alone = drawn(SampledAuditor.of(JUDGE, 0.5, 42), "ada", 100);
    assertThat(among).isEqualTo(alone);
    assertThat(drawn(SampledAuditor.of(JUDGE, 0.5, 43), "ada", 100)).isNotEqualTo(alone);
    assertThat(drawn(crowded, "bob", 100)).isNotEqualTo(alone);
  }

  @Test
  void audit_shareOfNoneOrAll_judgesNoneOrAll() throws Exception {
    assertThat(share(drawn(SampledAuditor.of(JUDGE, 0, 42), "ada", 1_000))).isZero();
    assertThat(share(drawn(SampledAuditor.of(JUDGE, 1, 42), "ada", 1_000))).isEqualTo(1_000);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void of_shareOutOfRange_isRefused(double share) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SampledAuditor.of(JUDGE, share, 42))
        .withMessageContaining(String.valueOf(share));
  }

  private static Auditor.Interaction interaction(String rater) {
    var referral =
        new Referral(
            new Need("a need"),
            List.of(),
            new State(new float[StateShape.SIZE], 0),
            new Decision(OptionalInt.empty(), List.of(), 1, "test"),
            new Referral.Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO));
    return new Auditor.Interaction(
        AgentId.of(rater), referral, SAID, Optional.empty(), new Trace(1, 2, 3));
  }

  private static List<Boolean> drawn(Auditor auditor, String rater, int count) throws Exception {
    var drawn = new ArrayList<Boolean>();
    for (int i = 0; i < count; i++) {
      Optional<Rating> found = auditor.audit(interaction(rater));
      found.ifPresent(it -> assertThat(it).isEqualTo(FOUND));
      drawn.add(found.isPresent());
    }
    return drawn;
  }

  private static long share(List<Boolean> drawn) {
    return drawn.stream().filter(it -> it).count();
  }
}
