package dev.mama.matching;

import dev.mama.AgentId;
import dev.mama.spi.AgentIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * An index whose answers are exact: a {@link VectorIndex} of agents. A search looks at all of them,
 * from 8,192 agents on with all cores; {@link GraphAgentIndex} is for more than some 10,000, where
 * nearly exact answers will do.
 *
 * <p>Thread-safe; searches wait for nobody.
 */
public final class ExactAgentIndex implements AgentIndex {

  private final VectorIndex<AgentId> index;

  /**
   * An empty index.
   *
   * @param dimension length of the vectors, at least 1
   * @throws IllegalArgumentException if {@code dimension} is less
   */
  public ExactAgentIndex(int dimension) {
    index = new VectorIndex<>(dimension);
  }

  /**
   * The index that {@link #save} wrote to {@code file}.
   *
   * @param encoder name of the encoder in use now
   * @throws VectorFileException if the file is missing, damaged, or holds vectors of another
   *     encoder
   */
  public static ExactAgentIndex load(Path file, String encoder) {
    return IndexFile.read(file, encoder);
  }

  /**
   * Writes all agents and vectors of one moment to {@code file}: to one beside it first, which then
   * takes its place, so that a crash leaves the old file or the new.
   *
   * @param encoder name of the encoder whose vectors these are
   * @throws VectorFileException if the disk refuses; {@code file} is as it was
   */
  public void save(Path file, String encoder) {
    IndexFile.write(file, encoder, index);
  }

  @Override
  public int dimension() {
    return index.dimension();
  }

  @Override
  public int size() {
    return index.size();
  }

  @Override
  public void put(AgentId agent, float[] vector) {
    index.put(agent, vector);
  }

  @Override
  public boolean remove(AgentId agent) {
    return index.remove(agent);
  }

  @Override
  public List<Match> topK(float[] query, int k) {
    return matches(index.topK(query, k));
  }

  /**
   * The agents closest to {@code query} of those that are {@code wanted}, closest first, ties by
   * agent id.
   *
   * @param wanted see {@link AgentFilters}; asked only of agents that might be in the answer, on
   *     the searching threads
   * @throws IllegalArgumentException as {@link #topK(float[], int)}
   */
  public List<Match> topK(float[] query, int k, Predicate<AgentId> wanted) {
    return matches(index.topK(query, k, agent -> wanted.test(agent) ? 1 : 0));
  }

  private static List<Match> matches(List<VectorIndex.Match<AgentId>> matches) {
    var all = new ArrayList<Match>(matches.size());
    for (VectorIndex.Match<AgentId> match : matches) {
      all.add(new Match(match.key(), match.similarity()));
    }
    return List.copyOf(all);
  }
}
