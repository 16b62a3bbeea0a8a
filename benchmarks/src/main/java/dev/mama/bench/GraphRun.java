package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.matching.GraphAgentIndex;
import dev.mama.spi.AgentIndex.Match;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The graph of neighbours with one number of agents: how fast it is filled and searched, and how
 * many of the closest it finds.
 *
 * <p>Not thread-safe.
 */
final class GraphRun {

  private final int size;
  private final GraphAgentIndex index;
  private final double buildSeconds;
  private Samples search = new Samples();
  private long found;
  private long wanted;

  GraphRun(float[][] vectors, int size) {
    this.size = size;
    index = new GraphAgentIndex(vectors[0].length);
    long start = System.nanoTime();
    IntStream.range(0, size)
        .parallel()
        .forEach(i -> index.put(AgentId.of("agent-" + i), vectors[i]));
    buildSeconds = (System.nanoTime() - start) / 1e9;
  }

  void forget() {
    search = new Samples();
    found = 0;
    wanted = 0;
  }

  /** Searches for {@code query}, just encoded, of which the {@code closest} are known. */
  void ask(float[] query, List<Match> closest) {
    long start = System.nanoTime();
    List<Match> answer = index.topK(query, closest.size());
    search.add(System.nanoTime() - start);
    List<AgentId> agents = closest.stream().map(Match::agent).toList();
    found += answer.stream().map(Match::agent).filter(agents::contains).count();
    wanted += closest.size();
  }

  List<Figure> figures(Samples scan) {
    String name = "graph." + size;
    return List.of(
        Figure.of(name + ".p50", search.quantile(0.5) / 1e6, "ms", search.size()),
        Figure.of(name + ".p99", search.quantile(0.99) / 1e6, "ms", search.size()),
        search.over(scan, name + ".over-scan"),
        Figure.of(name + ".recall", (double) found / wanted, "share", wanted),
        Figure.of(name + ".build.seconds", buildSeconds, "s", size));
  }
}
