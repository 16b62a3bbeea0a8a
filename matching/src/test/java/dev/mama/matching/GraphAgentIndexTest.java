package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.AgentId;
import dev.mama.spi.AgentIndex;
import dev.mama.spi.AgentIndex.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The graph finds nearly what the exact index finds, whatever was added, changed and removed. */
final class GraphAgentIndexTest {

  private static final int DIMENSION = 32;
  private static final int TOPICS = 40;

  private final SplittableRandom random = new SplittableRandom(42);
  private final float[][] topics = new float[TOPICS][];

  GraphAgentIndexTest() {
    for (int i = 0; i < TOPICS; i++) {
      topics[i] = around(new float[DIMENSION], 1);
    }
  }

  /** A unit vector near {@code centre}, as texts of one topic have. */
  private float[] around(float[] centre, double spread) {
    float[] vector = new float[DIMENSION];
    double squares = 0;
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] = (float) (centre[d] + spread * (random.nextDouble() - 0.5));
      squares += (double) vector[d] * vector[d];
    }
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] /= (float) Math.sqrt(squares);
    }
    return vector;
  }

  private float[] any() {
    return around(topics[random.nextInt(TOPICS)], 0.3);
  }

  private static AgentId id(int number) {
    return AgentId.of("a" + number);
  }

  /** Of the five closest by the exact index, how many the graph finds, over many questions. */
  private double recall(AgentIndex graph, AgentIndex exact) {
    int found = 0;
    int asked = 100;
    for (int i = 0; i < asked; i++) {
      float[] query = any();
      List<AgentId> closest = exact.topK(query, 5).stream().map(Match::agent).toList();
      found +=
          (int) graph.topK(query, 5).stream().map(Match::agent).filter(closest::contains).count();
    }
    return found / (5.0 * asked);
  }

  @Test
  void topK_afterManyChanges_findsNearlyAllThatTheExactIndexFinds() {
    var graph = new GraphAgentIndex(DIMENSION);
    var exact = new ExactAgentIndex(DIMENSION);
    for (int i = 0; i < 2_400; i++) {
      float[] vector = any();
      graph.put(id(i), vector);
      exact.put(id(i), vector);
    }
    assertThat(recall(graph, exact)).isGreaterThan(0.95);
    for (int i = 0; i < 2_400; i += 2) {
      if (i % 4 == 0) {
        assertThat(graph.remove(id(i))).isTrue();
        exact.remove(id(i));
      } else {
        float[] vector = any();
        graph.put(id(i), vector);
        exact.put(id(i), vector);
      }
    }
    assertThat(graph.size()).isEqualTo(1_800);
    assertThat(recall(graph, exact)).isGreaterThan(0.95);
    List<Match> all = graph.topK(any(), 1_800);
    assertThat(all).extracting(Match::agent).doesNotHaveDuplicates();
    assertThat(all.size()).isGreaterThan(1_750);
  }

  /** Vectors without structure, which a graph is poor at. */
  @Test
  void searchBeam_wider_findsMoreOfTheClosest() {
    var graph = new GraphAgentIndex(DIMENSION);
    var exact = new ExactAgentIndex(DIMENSION);
    for (int i = 0; i < 2_000; i++) {
      float[] vector = around(new float[DIMENSION], 1);
      graph.put(id(i), vector);
      exact.put(id(i), vector);
    }
    graph.searchBeam(1);
    double narrow = recall(graph, exact);
    graph.searchBeam(1_000);
    assertThat(recall(graph, exact)).isGreaterThan(narrow).isGreaterThan(0.99);
  }

  @Test
  void topK_fewAgents_isExact_withSimilaritiesAndTies() {
    var graph = new GraphAgentIndex(2);
    graph.put(id(3), new float[] {1, 0});
    graph.put(id(1), new float[] {1, 0});
    graph.put(id(2), new float[] {0, 1});
    assertThat(graph.topK(new float[] {1, 0}, 5))
        .containsExactly(new Match(id(1), 1), new Match(id(3), 1), new Match(id(2), 0));
    assertThat(graph.topK(new float[] {1, 0}, 5, agent -> !agent.equals(id(1))))
        .extracting(Match::agent)
        .containsExactly(id(3), id(2));
    assertThat(graph.remove(id(3))).isTrue();
    assertThat(graph.remove(id(3))).isFalse();
    assertThat(graph.topK(new float[] {1, 0}, 1)).extracting(Match::agent).containsExactly(id(1));
    graph.remove(id(1));
    graph.remove(id(2));
    assertThat(graph.topK(new float[] {1, 0}, 1)).isEmpty();
  }

  @Test
  void put_manyAtOnceWhileOthersSearch_isNearlyAlwaysSeenByTheNextSearch() throws Exception {
    var graph = new GraphAgentIndex(DIMENSION);
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < 1_200; i++) {
      vectors.add(any());
    }
    var seen = new AtomicInteger();
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> work = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int first = thread;
        work.add(
            threads.submit(() -> {
              for (int i = first; i < 2_400; i += 4) { // each agent twice
                int agent = i % 1_200;
                graph.put(id(agent), vectors.get(agent));
                if (graph.topK(vectors.get(agent), 1).getFirst().similarity() > 0.999f) {
                  seen.incrementAndGet();
                }
              }
            }));
      }
      for (Future<?> each : work) {
        each.get();
      }
    }
    assertThat(seen.get()).isGreaterThan(2_350);
    assertThat(graph.size()).isEqualTo(1_200);
    assertThat(graph.topK(vectors.getFirst(), 1_200))
        .extracting(Match::agent)
        .doesNotHaveDuplicates();
  }

  @Test
  void badInput_isNamed() {
    var graph = new GraphAgentIndex(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> graph.put(id(1), new float[3]))
        .withMessageContaining("vector of 'a1' has 3 values; this index has dimension 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> graph.topK(new float[] {1, Float.NaN}, 1))
        .withMessageContaining("query has the value NaN at 1");
    assertThatIllegalArgumentException().isThrownBy(() -> graph.topK(new float[2], 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new GraphAgentIndex(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> graph.searchBeam(0))
        .withMessage("beam of a search is 0; it must be at least 1");
  }
}
