package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.matching.VectorIndex.Match;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Runs twice: in a JVM with the Vector API and in one without. */
final class VectorIndexTest {

  private static final int DIMENSION = 48;

  private final Random random = new Random(7);

  /** Vectors around a few centres, so that many are close to each other, as sentences are. */
  private float[] clustered() {
    var centre = new Random(random.nextInt(4));
    var vector = new float[DIMENSION];
    double square = 0;
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] = (float) (centre.nextGaussian() + 0.05 * random.nextGaussian());
      square += vector[d] * vector[d];
    }
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] /= (float) Math.sqrt(square);
    }
    return vector;
  }

  private Map<Integer, float[]> fill(VectorIndex<Integer> index, int count) {
    var vectors = new HashMap<Integer, float[]>();
    for (int i = 0; i < count; i++) {
      vectors.put(i, clustered());
      index.put(i, vectors.get(i));
    }
    return vectors;
  }

  private static List<Integer> expected(
      Map<Integer, float[]> vectors, float[] query, int k, IntToDoubleFunction weight) {
    record Scored(int key, float score) {}
    var rows = new Rows(1, DIMENSION);
    var all = new ArrayList<Scored>();
    vectors.forEach((key, vector) -> {
      rows.write(0, key, vector);
      float similarity = rows.similarity(query, 0);
      double counts = weight.applyAsDouble(key);
      if (counts > 0) {
        all.add(new Scored(key, similarity > 0 ? (float) (similarity * counts) : similarity));
      }
    });
    return all.stream()
        .sorted(Comparator.comparingDouble(Scored::score).reversed().thenComparingInt(Scored::key))
        .limit(k)
        .map(Scored::key)
        .toList();
  }

  @Test
  void topK_closeVectors_isExactOnBothScans() {
    for (SketchScan scan : List.of(SketchScan.fastest(), new PlainSketchScan())) {
      var index = new VectorIndex<Integer>(DIMENSION, scan);
      Map<Integer, float[]> vectors = fill(index, 3_000);
      for (int k : new int[] {1, 5, 40, 2_999, 5_000}) {
        float[] query = clustered();
        assertThat(index.topK(query, k))
            .extracting(Match::key)
            .isEqualTo(expected(vectors, query, k, key -> 1));
      }
    }
  }

  @Test
  void topK_weights_areThoseOfTheAnswer() {
    var index = new VectorIndex<Integer>(DIMENSION);
    Map<Integer, float[]> vectors = fill(index, 2_000);
    IntToDoubleFunction age = key -> key % 3 == 0 ? 0 : Math.pow(0.5, key / 500.0);
    for (int i = 0; i < 20; i++) {
      float[] query = clustered();
      assertThat(index.topK(query, 7, age::applyAsDouble))
          .extracting(Match::key)
          .isEqualTo(expected(vectors, query, 7, age));
    }
  }

  @Test
  void topK_moreRowsThanOneThreadScans_isExact() {
    var index = new VectorIndex<Integer>(DIMENSION);
    Map<Integer, float[]> vectors = fill(index, VectorIndex.PARALLEL_ROWS + 1_000);
    for (int i = 0; i < 3; i++) {
      float[] query = clustered();
      assertThat(index.topK(query, 10))
          .extracting(Match::key)
          .isEqualTo(expected(vectors, query, 10, key -> 1));
    }
  }

  @Test
  void put_sameKeysAgainAndAgain_leavesTheDeadBehind() {
    var index = new VectorIndex<Integer>(DIMENSION);
    for (int i = 0; i < 20_000; i++) {
      index.put(i % 100, clustered());
    }
    assertThat(index.size()).isEqualTo(100);
    assertThat(index.rows()).isLessThan(250);
    assertThat(index.topK(clustered(), 1_000)).hasSize(100);
  }

  @Test
  void forEach_showsEachKeyOnceWithItsVector() {
    var index = new VectorIndex<Integer>(DIMENSION);
    Map<Integer, float[]> vectors = fill(index, 300);
    for (int i = 0; i < 300; i += 2) {
      index.remove(i);
      vectors.remove(i);
    }
    var seen = new HashMap<Integer, float[]>();
    index.forEach(seen::put);
    assertThat(seen.keySet()).isEqualTo(vectors.keySet());
    vectors.forEach((key, vector) -> assertThat(seen.get(key)).isEqualTo(vector));
  }
}
