package dev.mama.matching;

import dev.mama.AgentId;
import dev.mama.spi.AgentIndex;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;

/**
 * An index for more agents than {@link ExactAgentIndex} can look at in the time of an encoding: it
 * walks a graph of neighbours, so that a search looks at some hundred vectors whatever their
 * number. Its answers are nearly exact; {@code docs/performance.md} says how nearly, and from which
 * number of agents on it is the faster one. On vectors without any structure, such as random ones,
 * they are poor.
 *
 * <p>The graph is JVector's, with the layers of Malkov and Yashunin (HNSW, 2018) and the neighbours
 * of Subramanya et al. (DiskANN, NeurIPS 2019). An application that wants it adds {@code
 * io.github.jbellis:jvector} itself.
 *
 * <p>Thread-safe; searches wait for nobody, and changes only while the graph is built anew, on all
 * cores: when more have been removed or replaced than are there.
 */
public final class GraphAgentIndex implements AgentIndex {

  /** What a search keeps where nothing else was said. */
  public static final int DEFAULT_BEAM = 100;

  private static final int LEAST_DEAD = 1_000;

  /** Many change the graph at once; whoever replaces it is alone. */
  private final ReadWriteLock changing = new ReentrantReadWriteLock();

  private volatile AgentGraph graph;
  private volatile int beam = DEFAULT_BEAM;

  /**
   * An empty index.
   *
   * @param dimension length of the vectors, at least 1
   * @throws IllegalArgumentException if {@code dimension} is less
   */
  public GraphAgentIndex(int dimension) {
    if (dimension < 1) {
      throw new IllegalArgumentException(
          "dimension of the index is %d; it must be at least 1".formatted(dimension));
    }
    graph = new AgentGraph(dimension);
  }

  /**
   * Sets how many of the closest met so far a search goes on from ({@code ef} of HNSW), {@value
   * #DEFAULT_BEAM} before: more find more of the closest and take longer, nearly in proportion.
   * Searches that begin from now on keep to it.
   *
   * @param agents at least 1; five for each that is asked for are kept at least
   * @throws IllegalArgumentException if it is less
   */
  public void searchBeam(int agents) {
    if (agents < 1) {
      throw new IllegalArgumentException(
          "beam of a search is %d; it must be at least 1".formatted(agents));
    }
    beam = agents;
  }

  @Override
  public int dimension() {
    return graph.dimension();
  }

  @Override
  public int size() {
    return graph.size();
  }

  @Override
  public void put(AgentId agent, float[] vector) {
    changing.readLock().lock();
    try {
      graph.put(agent, vector);
    } finally {
      changing.readLock().unlock();
    }
    leaveTheDead();
  }

  @Override
  public boolean remove(AgentId agent) {
    changing.readLock().lock();
    try {
      if (!graph.remove(agent)) {
        return false;
      }
    } finally {
      changing.readLock().unlock();
    }
    leaveTheDead();
    return true;
  }

  private void leaveTheDead() {
    if (!isMostlyDead()) {
      return;
    }
    changing.writeLock().lock();
    try {
      if (isMostlyDead()) {
        graph = graph.withoutTheDead();
      }
    } finally {
      changing.writeLock().unlock();
    }
  }

  private boolean isMostlyDead() {
    AgentGraph now = graph;
    return now.dead() >= Math.max(LEAST_DEAD, now.size());
  }

  @Override
  public List<Match> topK(float[] query, int k) {
    return topK(query, k, agent -> true);
  }

  /**
   * The agents closest to {@code query} of those that are {@code wanted}, closest first, ties by
   * agent id. The fewer are wanted, the longer it walks.
   *
   * @param wanted see {@link AgentFilters}; asked of every agent on the way
   * @throws IllegalArgumentException as {@link #topK(float[], int)}
   */
  public List<Match> topK(float[] query, int k, Predicate<AgentId> wanted) {
    if (k < 1) {
      throw new IllegalArgumentException("k is %d; it must be at least 1".formatted(k));
    }
    return graph.topK(query, k, beam, wanted);
  }
}
