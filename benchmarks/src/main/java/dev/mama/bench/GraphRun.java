package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.matching.GraphAgentIndex;
import dev.mama.spi.AgentIndex.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The graph of neighbours with one number of agents: how fast it is filled and searched, and how
 * many of the closest it finds, with beams of several widths.
 *
 * <p>Not thread-safe.
 */
final class GraphRun {

  private static final int[] WIDER = {400, 1_600};

  private final int size;
  private final GraphAgentIndex index;
  private final double buildSeconds;
  private final Map<Integer, Searches> searches = new TreeMap<>();

  /** What searches with one beam took and found. */
  private static final class Searches {
    private final Samples times = new Samples();
    private long found;
    private long wanted;
  }

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
    searches.clear();
  }

  /** Searches for {@code query}, just encoded, of which the {@code closest} are known. */
  void ask(float[] query, List<Match> closest) {
    search(GraphAgentIndex.DEFAULT_BEAM, query, closest);
    for (int beam : WIDER) {
      search(beam, query, closest);
    }
  }

  private void search(int beam, float[] query, List<Match> closest) {
    index.searchBeam(beam);
    Searches with = searches.computeIfAbsent(beam, any -> new Searches());
    long start = System.nanoTime();
    List<Match> answer = index.topK(query, closest.size());
    with.times.add(System.nanoTime() - start);
    List<AgentId> agents = closest.stream().map(Match::agent).toList();
    with.found += answer.stream().map(Match::agent).filter(agents::contains).count();
    with.wanted += closest.size();
  }

  List<Figure> figures(Samples scan) {
    String name = "graph." + size;
    var figures = new ArrayList<Figure>();
    figures.add(Figure.of(name + ".build.seconds", buildSeconds, "s", size));
    searches.forEach((beam, with) -> {
      String searched = beam == GraphAgentIndex.DEFAULT_BEAM ? name : name + ".beam" + beam;
      figures.add(
          Figure.of(searched + ".p50", with.times.quantile(0.5) / 1e6, "ms", with.times.size()));
      figures.add(
          Figure.of(searched + ".p99", with.times.quantile(0.99) / 1e6, "ms", with.times.size()));
      figures.add(with.times.over(scan, searched + ".over-scan"));
      figures.add(
          Figure.of(searched + ".recall", (double) with.found / with.wanted, "share", with.wanted));
    });
    return figures;
  }
}
