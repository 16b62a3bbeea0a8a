package dev.mama.matching;

import dev.mama.AgentId;
import dev.mama.spi.AgentIndex.Match;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.SearchResult.NodeScore;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Agents in a graph of neighbours. Those removed stay in it as way marks that no answer shows.
 *
 * <p>Thread-safe.
 */
final class AgentGraph {

  private static final int DEGREE = 32;
  private static final int BUILD_BEAM = 100;
  private static final float OVERFLOW = 1.2f;
  private static final float DIVERSITY = 1.2f;

  private static final int BEAM_PER_MATCH = 5;

  private final GraphVectors vectors;
  private final GraphIndexBuilder graph;
  private final Map<AgentId, Integer> nodes = new ConcurrentHashMap<>();
  private final AtomicInteger dead = new AtomicInteger();
  private final Queue<GraphSearcher> idle = new ConcurrentLinkedQueue<>();

  AgentGraph(int dimension) {
    vectors = new GraphVectors(dimension);
    graph =
        GraphIndexBuilder.builder(
                BuildScoreProvider.randomAccessScoreProvider(
                    vectors, VectorSimilarityFunction.DOT_PRODUCT),
                dimension,
                List.of(DEGREE, DEGREE)) // of the lowest layer, and of those above
            .withBeamWidth(BUILD_BEAM)
            .withNeighborOverflow(OVERFLOW)
            .withAlpha(DIVERSITY)
            .build();
  }

  /** The living alone in a graph of their own; nobody changes this one meanwhile. */
  AgentGraph withoutTheDead() {
    var fresh = new AgentGraph(vectors.dimension());
    nodes.entrySet().parallelStream()
        .forEach(entry -> fresh.add(entry.getKey(), vectors.getVector(entry.getValue())));
    return fresh;
  }

  int dimension() {
    return vectors.dimension();
  }

  int size() {
    return nodes.size();
  }

  int dead() {
    return dead.get();
  }

  void put(AgentId agent, float[] vector) {
    add(agent, vectors.check(vector, "vector of '%s'".formatted(agent)));
  }

  private void add(AgentId agent, VectorFloat<?> vector) {
    int node = vectors.add(agent, vector);
    graph.addGraphNode(node, vector);
    if (nodes.put(agent, node) != null) { // from here on a search finds this one
      dead.incrementAndGet();
    }
  }

  boolean remove(AgentId agent) {
    if (nodes.remove(agent) == null) {
      return false;
    }
    dead.incrementAndGet();
    return true;
  }

  List<Match> topK(float[] query, int k, int beam, Predicate<AgentId> wanted) {
    VectorFloat<?> checked = vectors.check(query, "query");
    if (nodes.isEmpty()) {
      return List.of();
    }
    int most = Math.min(k, nodes.size());
    Bits there =
        node -> {
          AgentId agent = vectors.agent(node);
          return Integer.valueOf(node).equals(nodes.get(agent)) && wanted.test(agent);
        };
    var scores =
        DefaultSearchScoreProvider.exact(checked, VectorSimilarityFunction.DOT_PRODUCT, vectors);
    GraphSearcher free = idle.poll();
    GraphSearcher searcher = free == null ? new GraphSearcher(graph.getGraph()) : free;
    searcher.setView(graph.getGraph().getView());
    NodeScore[] found =
        searcher
            .search(scores, most, Math.max(beam, BEAM_PER_MATCH * most), 0, 0, there)
            .getNodes();
    idle.add(searcher); // not after a failure: its state is unknown then
    return Arrays.stream(found)
        .map(node -> new Match(vectors.agent(node.node), vectors.similarity(query, node.node)))
        .sorted(
            Comparator.comparingDouble(Match::similarity).reversed().thenComparing(Match::agent))
        .toList();
  }
}
