package dev.mama.matching;

import dev.mama.AgentId;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The vectors of a graph by the number of their node, in the order in which they came.
 *
 * <p>Thread-safe.
 */
final class GraphVectors implements RandomAccessVectorValues {

  private static final VectorTypeSupport TYPES =
      VectorizationProvider.getInstance().getVectorTypeSupport();
  private static final int PART = 4_096;

  private record Row(AgentId agent, VectorFloat<?> vector) {}

  private final int dimension;
  private final CopyOnWriteArrayList<AtomicReferenceArray<Row>> parts =
      new CopyOnWriteArrayList<>();
  private volatile int size;

  GraphVectors(int dimension) {
    this.dimension = dimension;
  }

  /** A copy of {@code values}; throws where they do not fit. */
  VectorFloat<?> check(float[] values, String what) {
    VectorIndex.check(values, dimension, what);
    return TYPES.createFloatVector(values.clone());
  }

  /** Adds a vector; returns its number. */
  synchronized int add(AgentId agent, VectorFloat<?> vector) {
    int node = size;
    if (node % PART == 0) {
      parts.add(new AtomicReferenceArray<>(PART));
    }
    parts.getLast().set(node % PART, new Row(agent, vector));
    size = node + 1;
    return node;
  }

  AgentId agent(int node) {
    return row(node).agent();
  }

  float similarity(float[] query, int node) {
    VectorFloat<?> vector = getVector(node);
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      sum += (double) query[i] * vector.get(i);
    }
    return (float) sum;
  }

  private Row row(int node) {
    return parts.get(node / PART).get(node % PART);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public VectorFloat<?> getVector(int node) {
    return row(node).vector();
  }

  @Override
  public boolean isValueShared() {
    return false;
  }

  @Override
  public RandomAccessVectorValues copy() {
    return this;
  }
}
