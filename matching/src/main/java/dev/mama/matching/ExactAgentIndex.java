package dev.mama.matching;

import dev.mama.AgentId;
import dev.mama.spi.AgentIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * An index that compares the query with every vector: exact, and fast to about 100,000 agents.
 *
 * <p>The vectors stand one after the other in a single array, so a search reads memory in order; it
 * uses the Vector API where the JVM runs with {@code --add-modules jdk.incubator.vector}.
 *
 * <p>Searches share a lock, changes have it alone. A change takes less time than the copy of one
 * vector (growing apart) and searches are short, so neither waits long; a copy on write would move
 * megabytes for each agent that comes or goes.
 *
 * <p>Thread-safe.
 */
public final class ExactAgentIndex implements AgentIndex {

  private static final int FIRST_CAPACITY = 16;

  private static final Comparator<Match> CLOSEST_FIRST =
      (a, b) -> {
        int bySimilarity = Float.compare(b.similarity(), a.similarity());
        return bySimilarity != 0 ? bySimilarity : a.agent().compareTo(b.agent());
      };

  private final int dimension;
  private final DotProduct dotProduct;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  // Guarded by lock: agents.get(row) has its vector at rows[row * dimension].
  private final List<AgentId> agents = new ArrayList<>();
  private final Map<AgentId, Integer> rowOf = new HashMap<>();
  private float[] rows = {};

  /**
   * An empty index.
   *
   * @param dimension length of the vectors, at least 1
   * @throws IllegalArgumentException if {@code dimension} is less
   */
  public ExactAgentIndex(int dimension) {
    this(dimension, DotProduct.fastest());
  }

  ExactAgentIndex(int dimension, DotProduct dotProduct) {
    if (dimension < 1) {
      throw new IllegalArgumentException(
          "dimension of the index is %d; it must be at least 1".formatted(dimension));
    }
    this.dimension = dimension;
    this.dotProduct = dotProduct;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public int size() {
    lock.readLock().lock();
    try {
      return agents.size();
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the index is full, at 2^31 values (5.5 million agents of 384)
   */
  @Override
  public void put(AgentId agent, float[] vector) {
    float[] copy = vector.clone();
    check(copy, "vector of agent '%s'".formatted(agent));
    lock.writeLock().lock();
    try {
      Integer known = rowOf.get(agent);
      int row = known == null ? agents.size() : known;
      if (known == null) {
        makeRoomFor(row);
        agents.add(agent);
        rowOf.put(agent, row);
      }
      System.arraycopy(copy, 0, rows, row * dimension, dimension);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void makeRoomFor(int row) {
    int mostRows = (Integer.MAX_VALUE - 8) / dimension;
    if (row >= mostRows) {
      throw new IllegalStateException(
          "the index is full at %d agents of dimension %d; divide them among several indexes"
              .formatted(row, dimension));
    }
    long capacity = rows.length / dimension;
    if (row >= capacity) {
      long wanted = Math.min(Math.max(FIRST_CAPACITY, capacity + capacity / 2), mostRows);
      rows = Arrays.copyOf(rows, (int) wanted * dimension);
    }
  }

  @Override
  public boolean remove(AgentId agent) {
    lock.writeLock().lock();
    try {
      Integer row = rowOf.remove(agent);
      if (row == null) {
        return false;
      }
      AgentId last = agents.removeLast();
      if (!last.equals(agent)) {
        System.arraycopy(rows, agents.size() * dimension, rows, row * dimension, dimension);
        agents.set(row, last);
        rowOf.put(last, row);
      }
      return true;
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public List<Match> topK(float[] query, int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k is %d; it must be at least 1".formatted(k));
    }
    float[] copy = query.clone();
    check(copy, "query");
    var best = new PriorityQueue<Match>(CLOSEST_FIRST.reversed());
    lock.readLock().lock();
    try {
      float least = Float.NEGATIVE_INFINITY;
      for (int row = 0; row < agents.size(); row++) {
        float similarity = dotProduct.of(copy, rows, row * dimension);
        if (best.size() == k && similarity < least) {
          continue;
        }
        best.add(new Match(agents.get(row), similarity));
        if (best.size() > k) {
          best.remove();
        }
        least = best.element().similarity();
      }
    } finally {
      lock.readLock().unlock();
    }
    return best.stream().sorted(CLOSEST_FIRST).toList();
  }

  private void check(float[] values, String what) {
    if (values.length != dimension) {
      throw new IllegalArgumentException(
          "%s has %d values; this index has dimension %d"
              .formatted(what, values.length, dimension));
    }
    for (int i = 0; i < dimension; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "%s has the value %s at %d; all must be finite".formatted(what, values[i], i));
      }
    }
  }
}
