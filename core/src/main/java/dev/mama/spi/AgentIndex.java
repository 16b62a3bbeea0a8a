package dev.mama.spi;

import dev.mama.AgentId;
import java.util.List;

/**
 * Finds the agents whose vectors are closest to a query.
 *
 * <p>Contract, tested by {@code AgentIndexContract} of the test kit: the answer is exactly the
 * {@code k} agents of greatest similarity, greatest first, ties by agent id; a search sees all
 * changes that were made before it. An index that may miss some of the {@code k} says so by name.
 *
 * <p>Implementations are thread-safe and search while others change them.
 */
public interface AgentIndex {

  /**
   * An agent and how close its vector is.
   *
   * @param agent who
   * @param similarity dot product of the two unit vectors, in [-1, 1] up to rounding
   */
  record Match(AgentId agent, float similarity) {}

  /** Length of the vectors. */
  int dimension();

  /** How many agents are in the index. */
  int size();

  /**
   * Sets the vector of {@code agent}, in place of the one it may have.
   *
   * @param vector float[{@link #dimension}], unit length; copied
   * @throws IllegalArgumentException if the length is another, or a value is not finite
   */
  void put(AgentId agent, float[] vector);

  /** Takes {@code agent} out; false if it was not there. */
  boolean remove(AgentId agent);

  /**
   * The agents closest to {@code query}, closest first, ties by agent id.
   *
   * @param query float[{@link #dimension}], unit length
   * @param k how many, at least 1; fewer are returned where the index holds fewer
   * @throws IllegalArgumentException if the length is another, a value is not finite, or {@code k}
   *     is less than 1
   */
  List<Match> topK(float[] query, int k);
}
