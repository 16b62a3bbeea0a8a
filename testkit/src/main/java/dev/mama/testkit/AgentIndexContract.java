package dev.mama.testkit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mama.AgentId;
import dev.mama.spi.AgentIndex;
import dev.mama.spi.AgentIndex.Match;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link AgentIndex} must do.
 *
 * <p>Confined to JUnit's thread.
 */
@Timeout(120)
public abstract class AgentIndexContract {

  /** No multiple of any vector register, so that remainders are reached. */
  private static final int DIMENSION = 45;

  private static final int EVERYONE = 10_000;

  private final Random random = new Random(42);
  private AgentIndex index;

  /** A new, empty index. */
  protected abstract AgentIndex newIndex(int dimension);

  @SuppressWarnings("NullAway.Init") // JUnit calls createIndex() before each test
  protected AgentIndexContract() {}

  @BeforeEach
  void createIndex() {
    index = newIndex(DIMENSION);
  }

  @Test
  void dimension_isTheOneAskedFor() {
    assertThat(index.dimension()).isEqualTo(DIMENSION);
  }

  @Test
  void topK_emptyIndex_isEmpty() {
    assertThat(index.size()).isZero();
    assertThat(index.topK(unitVector(), 5)).isEmpty();
  }

  @Test
  void topK_manyAgents_isExact() {
    var vectors = new HashMap<AgentId, float[]>();
    for (int i = 0; i < 500; i++) {
      vectors.put(agent(i), unitVector());
    }
    vectors.forEach(index::put);
    for (int k : new int[] {1, 2, 5, 100, 499, 500, 501, EVERYONE}) {
      assertAnswers(vectors, unitVector(), k);
    }
  }

  @Test
  void topK_equalSimilarity_goesByAgentId() {
    float[] vector = unitVector();
    for (String id : List.of("delta", "alpha", "echo", "bravo", "charlie")) {
      index.put(AgentId.of(id), vector);
    }
    assertThat(index.topK(vector, 3))
        .extracting(match -> match.agent().value())
        .containsExactly("alpha", "bravo", "charlie");
  }

  @Test
  void put_knownAgent_replacesItsVector() {
    float[] before = axis(0);
    float[] after = axis(1);
    index.put(agent(1), before);
    index.put(agent(2), axis(2));
    index.put(agent(1), after);
    assertThat(index.size()).isEqualTo(2);
    assertThat(index.topK(after, 1)).containsExactly(new Match(agent(1), 1));
    assertThat(index.topK(before, 2))
        .containsExactly(new Match(agent(1), 0), new Match(agent(2), 0));
  }

  @Test
  void put_vectorChangedAfterwards_keepsTheOldValues() {
    float[] vector = axis(0);
    index.put(agent(1), vector);
    vector[0] = 0;
    assertThat(index.topK(axis(0), 1)).containsExactly(new Match(agent(1), 1));
  }

  @Test
  void remove_tellsWhetherTheAgentWasThere() {
    index.put(agent(1), axis(0));
    assertThat(index.remove(agent(2))).isFalse();
    assertThat(index.remove(agent(1))).isTrue();
    assertThat(index.remove(agent(1))).isFalse();
    assertThat(index.size()).isZero();
    assertThat(index.topK(axis(0), 1)).isEmpty();
  }

  @Test
  void anyChanges_answersAreThoseOfAMapSearchedWhole() {
    var vectors = new HashMap<AgentId, float[]>();
    for (int change = 0; change < 2_000; change++) {
      AgentId agent = agent(random.nextInt(60));
      if (random.nextInt(3) == 0) {
        assertThat(index.remove(agent)).isEqualTo(vectors.remove(agent) != null);
      } else {
        float[] vector = unitVector();
        vectors.put(agent, vector);
        index.put(agent, vector);
      }
      if (change % 20 == 0) {
        assertAnswers(vectors, unitVector(), 1 + random.nextInt(80));
      }
    }
  }

  @Test
  void put_badVector_isRefusedAndChangesNothing() {
    index.put(agent(1), axis(0));
    for (float[] bad : badVectors()) {
      assertThatIllegalArgumentException().isThrownBy(() -> index.put(agent(1), bad));
      assertThatIllegalArgumentException().isThrownBy(() -> index.put(agent(2), bad));
    }
    assertThat(index.topK(axis(0), EVERYONE)).containsExactly(new Match(agent(1), 1));
  }

  @Test
  void topK_badArgument_isRefused() {
    for (float[] bad : badVectors()) {
      assertThatIllegalArgumentException().isThrownBy(() -> index.topK(bad, 1));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> index.topK(axis(0), 0));
    assertThatIllegalArgumentException().isThrownBy(() -> index.topK(axis(0), -1));
  }

  /**
   * Agents that stay are found by every search, once; one whose vector turns round is seen with the
   * old vector or the new, never with parts of both.
   */
  @Test
  void topK_whileOthersChangeTheIndex_seesWholeVectorsOfAllWhoStay() throws Exception {
    float[] east = new float[DIMENSION];
    float[] west = new float[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) {
      east[d] = (float) (1 / Math.sqrt(DIMENSION));
      west[d] = -east[d];
    }
    var stay = new ArrayList<AgentId>();
    for (int i = 0; i < 50; i++) {
      index.put(agent(i), east);
      stay.add(agent(i));
    }
    AgentId turning = AgentId.of("turning");
    index.put(turning, east);
    stay.add(turning);
    var searching = new AtomicBoolean(true);
    try (var threads = Executors.newFixedThreadPool(4)) {
      var changers =
          List.of(
              threads.submit(() -> turn(turning, east, west, searching)),
              threads.submit(() -> comeAndGo(east, searching)));
      var searchers =
          Stream.generate(() -> threads.submit(() -> search(east, stay))).limit(2).toList();
      try {
        for (Future<?> searcher : searchers) {
          searcher.get(60, SECONDS);
        }
      } finally {
        searching.set(false);
      }
      for (Future<?> changer : changers) {
        changer.get(60, SECONDS);
      }
    }
  }

  private void turn(AgentId turning, float[] east, float[] west, AtomicBoolean searching) {
    for (boolean toWest = true; searching.get(); toWest = !toWest) {
      index.put(turning, toWest ? west : east);
      LockSupport.parkNanos(1_000);
    }
  }

  private void comeAndGo(float[] vector, AtomicBoolean searching) {
    while (searching.get()) {
      for (int visitor = 100; visitor < 110; visitor++) {
        index.put(agent(visitor), vector);
      }
      for (int visitor = 100; visitor < 110; visitor++) {
        index.remove(agent(visitor));
      }
      LockSupport.parkNanos(1_000);
    }
  }

  private void search(float[] query, List<AgentId> stay) {
    for (int i = 0; i < 1_000; i++) {
      assertWhole(index.topK(query, EVERYONE), stay);
    }
  }

  private static void assertWhole(List<Match> matches, List<AgentId> stay) {
    assertThat(matches).extracting(Match::agent).doesNotHaveDuplicates().containsAll(stay);
    assertThat(matches)
        .allSatisfy(match -> assertThat(Math.abs(match.similarity())).isCloseTo(1, within(1e-5f)));
  }

  private void assertAnswers(Map<AgentId, float[]> vectors, float[] query, int k) {
    record Expected(AgentId agent, double similarity) {}
    List<Expected> expected =
        vectors.entrySet().stream()
            .map(entry -> new Expected(entry.getKey(), dot(entry.getValue(), query)))
            .sorted(
                Comparator.comparingDouble(Expected::similarity)
                    .reversed()
                    .thenComparing(Expected::agent))
            .limit(k)
            .toList();
    List<Match> actual = index.topK(query, k);
    assertThat(actual)
        .extracting(Match::agent)
        .containsExactlyElementsOf(expected.stream().map(Expected::agent).toList());
    for (int i = 0; i < actual.size(); i++) {
      assertThat((double) actual.get(i).similarity())
          .isCloseTo(expected.get(i).similarity(), within(1e-5));
    }
    assertThat(index.size()).isEqualTo(vectors.size());
  }

  private static List<float[]> badVectors() {
    float[] withNaN = axis(0);
    withNaN[DIMENSION - 1] = Float.NaN;
    float[] withInfinity = axis(0);
    withInfinity[1] = Float.NEGATIVE_INFINITY;
    return List.of(
        new float[0], new float[DIMENSION - 1], new float[DIMENSION + 1], withNaN, withInfinity);
  }

  private static AgentId agent(int number) {
    return AgentId.of("agent-" + number);
  }

  private static float[] axis(int direction) {
    var vector = new float[DIMENSION];
    vector[direction] = 1;
    return vector;
  }

  private float[] unitVector() {
    var vector = new float[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] = (float) random.nextGaussian();
    }
    float length = (float) Math.sqrt(dot(vector, vector));
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] /= length;
    }
    return vector;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (double) a[d] * b[d];
    }
    return sum;
  }
}
