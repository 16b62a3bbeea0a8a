package dev.mama.testkit;

import dev.mama.AgentId;
import dev.mama.spi.AgentIndex;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The shortest right index: a map, sorted anew for each search. For tests that need one and measure
 * nothing.
 *
 * <p>Thread-safe.
 */
public class PlainAgentIndex implements AgentIndex {

  private final int dimension;
  private final Map<AgentId, float[]> vectors = new ConcurrentSkipListMap<>();

  /** An empty index of vectors of {@code dimension} floats. */
  public PlainAgentIndex(int dimension) {
    this.dimension = dimension;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public int size() {
    return vectors.size();
  }

  @Override
  public void put(AgentId agent, float[] vector) {
    check(vector);
    vectors.put(agent, kept(vector));
  }

  @Override
  public boolean remove(AgentId agent) {
    return vectors.remove(agent) != null;
  }

  @Override
  public List<Match> topK(float[] query, int k) {
    check(query);
    if (k < 1) {
      throw new IllegalArgumentException("k is " + k);
    }
    return vectors.entrySet().stream()
        .map(entry -> new Match(entry.getKey(), dot(entry.getValue(), query)))
        .sorted(Comparator.comparingDouble(Match::similarity).reversed()) // stable: ties stay by id
        .limit(k)
        .toList();
  }

  float[] kept(float[] vector) {
    return vector.clone();
  }

  void check(float[] vector) {
    if (vector.length != dimension) {
      throw new IllegalArgumentException("vector of " + vector.length);
    }
    for (float value : vector) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException("value " + value);
      }
    }
  }

  private static float dot(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (double) a[d] * b[d];
    }
    return (float) sum;
  }
}
