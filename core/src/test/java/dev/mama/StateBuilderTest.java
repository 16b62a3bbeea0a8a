package dev.mama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mama.StateBuilder.SystemView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateBuilderTest {

  private static final Standing UNKNOWN = new Standing(0.5, 0, 0.025, 0.5, 1_000);
  private static final SystemView SYSTEM = new SystemView(99, 33, 64, 0.75, 0.5, 3_000);
  private static final Need NEED = new Need("Who can repair a bicycle?");

  @Test
  void build_knownFigures_putsEachInItsPlace() {
    State state =
        StateBuilder.build(
            NEED,
            Duration.ofSeconds(60),
            List.of(
                new Candidate(AgentId.of("a"), 0.6, new Standing(0.9, 30, 0.8, 0.75, 250), 4),
                new Candidate(AgentId.of("b"), 0.4, new Standing(0.5, 10, 0.2, 0.25, 3_000), 0)),
            SYSTEM);

    assertThat(state.candidates()).isEqualTo(2);
    assertValue(state, "need.characters", 25 / 512.0);
    assertValue(state, "need.words", 5 / 64.0);
    assertValue(state, "need.deadline", 0.5);
    assertValue(state, "need.candidates", 0.4);
    assertValue(state, "need.top", 0.6);
    assertValue(state, "need.gap", 0.2);
    assertValue(state, "need.spread", 0.2);
    assertValue(state, "need.mean", 0.5);
    assertValue(state, "need.entropy", 0.5270); // of the shares e² : 1, over ln 2
    assertValue(state, "need.question", 1);
    assertValue(state, "candidate.1.trust", 0.9);
    assertValue(state, "candidate.1.responseTime", 0.2);
    assertValue(state, "candidate.1.successRate", 0.75);
    assertValue(state, "candidate.1.similarity", 0.6);
    assertValue(state, "candidate.1.load", 0.5);
    assertValue(state, "candidate.2.responseTime", 0.75);
    assertValue(state, "candidate.2.load", 0);
    assertValue(state, "candidate.3.trust", 0);
    assertValue(state, "system.agents", 2 / 6.0);
    assertValue(state, "system.alive", 33 / 99.0);
    assertValue(state, "system.asksInFlight", 0.5);
    assertValue(state, "system.recentQuality", 0.75);
    assertValue(state, "system.recentSuccess", 0.5);
    assertValue(state, "system.recentResponse", 0.75);
    assertValue(state, "system.pool.trustMean", 0.7);
    assertValue(state, "system.pool.trustBest", 0.9);
    assertValue(state, "system.pool.lowerBoundBest", 0.8);
    assertValue(state, "system.pool.evidenceMean", 0.625);
    assertValue(state, "system.pool.evidenceLeast", 0.5);
    assertValue(state, "system.pool.responseMean", 0.475);
    assertValue(state, "system.pool.successMean", 0.5);
    assertValue(state, "system.pool.loadMean", 0.25);
    assertValue(state, "system.pool.loadMost", 0.5);
  }

  @Test
  void build_nobody_leavesCandidatesAndPoolAtZero() {
    State state =
        StateBuilder.build(NEED, Duration.ZERO, List.of(), new SystemView(0, 0, 0, 0, 0, 0));
    assertThat(state.candidates()).isZero();
    for (int i = 0; i < StateShape.SIZE; i++) {
      if (!List.of("need.characters", "need.words", "need.question")
          .contains(StateShape.NAMES.get(i))) {
        assertThat(state.at(i)).as(StateShape.NAMES.get(i)).isZero();
      }
    }
  }

  @Test
  void build_whiteSpaceAroundTheNeed_isNoWord() {
    State state = build(new Need("  two\twords \n"), Duration.ZERO, List.of(), SYSTEM);
    assertValue(state, "need.words", 2 / 64.0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"one", "one\u00a0still", "a b", "a \t\u000b b", "\u2003a\r\nb c\f", "a \u2003 b"})
  void build_needOfWords_countsWhatStandsBetweenWhiteSpace(String text) {
    State state = build(new Need(text), Duration.ZERO, List.of(), SYSTEM);
    assertValue(state, "need.words", text.strip().split("\\s+", -1).length / 64.0);
  }

  @Test
  void build_noDeadlineAtAll_isAlmostOne() {
    for (Duration deadline :
        List.of(Duration.ofDays(36_500), Duration.ofSeconds(Long.MAX_VALUE, 999_999_999))) {
      assertValue(build(NEED, deadline, List.of(), SYSTEM), "need.deadline", 1);
    }
  }

  @Test
  void build_allMatchesAlike_hasEntropyOne() {
    var alike = Collections.nCopies(5, candidate(0.4, 0));
    assertValue(build(NEED, Duration.ZERO, alike, SYSTEM), "need.entropy", 1);
  }

  @Test
  void build_anyFigures_givesValuesInUnitRange() {
    var random = new SplittableRandom(1);
    for (int round = 0; round < 5_000; round++) {
      var candidates = new ArrayList<Candidate>();
      for (int i = random.nextInt(StateShape.CANDIDATES + 1); i > 0; i--) {
        var standing =
            new Standing(
                random.nextDouble(),
                extreme(random),
                random.nextDouble(),
                random.nextDouble(),
                extreme(random));
        candidates.add(
            new Candidate(
                AgentId.of("a" + i),
                random.nextDouble(-1, Math.nextUp(1.0)),
                standing,
                random.nextInt(Integer.MAX_VALUE)));
      }
      candidates.sort(Comparator.comparingDouble(Candidate::similarity).reversed());
      var system =
          new SystemView(
              random.nextInt(Integer.MAX_VALUE),
              random.nextInt(Integer.MAX_VALUE),
              random.nextInt(Integer.MAX_VALUE),
              random.nextDouble(),
              random.nextDouble(),
              extreme(random));
      var need = new Need("x ".repeat(random.nextInt(1, 5_000)));
      var deadline = Duration.ofSeconds(random.nextLong(Long.MAX_VALUE) >> random.nextInt(63));

      State state = build(need, deadline, candidates, system);

      for (int i = 0; i < StateShape.SIZE; i++) {
        assertThat(state.at(i)).as(StateShape.NAMES.get(i)).isBetween(0f, 1f);
      }
    }
  }

  @Test
  void build_moreCandidatesThanTheShapeHolds_isRefused() {
    var six = Collections.nCopies(6, candidate(0.4, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> build(NEED, Duration.ZERO, six, SYSTEM))
        .withMessageContaining("6 candidates");
  }

  @Test
  void build_figureOutOfRange_isRefusedByName() {
    assertRefused("need.deadline", Duration.ofSeconds(-1), List.of(), SYSTEM);
    assertRefused("system.agents", Duration.ZERO, List.of(), new SystemView(-1, 0, 0, 0.5, 0.5, 1));
    assertRefused(
        "system.recentQuality", Duration.ZERO, List.of(), new SystemView(1, 1, 0, 1.5, 0.5, 1));
  }

  @Test
  void candidate_figureOutOfRange_isRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> candidate(0.4, -1))
        .withMessageContaining("load -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> candidate(Double.NaN, 0))
        .withMessageContaining("similarity NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Standing(1.1, 1, 0, 0, 1))
        .withMessageContaining("trust 1.1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Standing(1, 1, 0, 0, Double.POSITIVE_INFINITY))
        .withMessageContaining("responseMillis Infinity");
  }

  @Test
  void build_candidatesNotBestFirst_isRefused() {
    assertRefused("need.gap", Duration.ZERO, List.of(candidate(0.2, 0), candidate(0.4, 0)), SYSTEM);
  }

  private static void assertRefused(
      String name, Duration deadline, List<Candidate> candidates, SystemView system) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> build(NEED, deadline, candidates, system))
        .withMessageContaining("'" + name + "'");
  }

  private static void assertValue(State state, String name, double expected) {
    int index = StateShape.NAMES.indexOf(name);
    assertThat(index).as(name).isNotNegative();
    assertThat((double) state.at(index)).as(name).isCloseTo(expected, within(1e-4));
  }

  private static State build(
      Need need, Duration deadline, List<Candidate> candidates, SystemView system) {
    return StateBuilder.build(need, deadline, candidates, system);
  }

  private static Candidate candidate(double similarity, int load) {
    return new Candidate(AgentId.of("a"), similarity, UNKNOWN, load);
  }

  /** Of any magnitude up to the largest double. */
  private static double extreme(SplittableRandom random) {
    return random.nextBoolean()
        ? 0
        : Math.scalb(random.nextDouble(), random.nextInt(-1_000, 1_024));
  }
}
