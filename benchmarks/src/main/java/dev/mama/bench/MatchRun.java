package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.bench.compare.LangChain4jModel;
import dev.mama.bench.compare.LangChain4jStore;
import dev.mama.matching.CachingEncoder;
import dev.mama.matching.EncoderFigures;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.matching.OnnxSentenceEncoder;
import dev.mama.spi.AgentIndex.Match;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matching with one number of agents: both indexes filled with the same vectors, needs asked of
 * both in turn.
 *
 * <p>Not thread-safe.
 */
final class MatchRun {

  private static final int K = 5;

  /** LangChain4j's store is asked up to here; beyond it takes longer than a bench may. */
  private static final int MOST_OF_PEER = 5_000;

  /** The graph is asked from here on; below, nobody would take it. */
  private static final int LEAST_OF_GRAPH = 5_000;

  /** Known needs asked after the last unknown one. */
  private static final int STEADY = 10_000;

  /** A row of 384: a byte each, and what its bound takes. */
  private static final double SCANNED_BYTES_PER_ROW = 384 + 8;

  private final int size;
  private final OnnxSentenceEncoder encoder;
  private final OnnxSentenceEncoder int8;
  private final ExactAgentIndex index;
  private final LangChain4jModel peerModel;
  private final @Nullable LangChain4jStore peer;
  private final @Nullable GraphRun graph;
  private final CachingEncoder cache;
  private final List<String> known = new ArrayList<>();
  private Samples encode = new Samples();
  private Samples scan = new Samples();
  private Samples match = new Samples();
  private Samples cached = new Samples();
  private Samples int8Match = new Samples();
  private Samples peerMatch = new Samples();
  private Samples peerScan = new Samples();
  private EncoderFigures before;
  private int agreed;

  /**
   * @param warmUpRows scanned before anything is measured, so that the compiler has done its work
   */
  MatchRun(
      OnnxSentenceEncoder encoder,
      OnnxSentenceEncoder int8,
      LangChain4jModel peerModel,
      float[][] vectors,
      int size,
      int warmUpRows) {
    this.encoder = encoder;
    this.int8 = int8;
    this.peerModel = peerModel;
    this.size = size;
    peer = size <= MOST_OF_PEER ? new LangChain4jStore() : null;
    cache = CachingEncoder.of(encoder, 16L << 20);
    before = encoder.figures();
    index = new ExactAgentIndex(encoder.dimension());
    for (int i = 0; i < size; i++) {
      index.put(AgentId.of("agent-" + i), vectors[i]);
      if (peer != null) {
        peer.add("agent-" + i, vectors[i]);
      }
    }
    graph = size >= LEAST_OF_GRAPH ? new GraphRun(vectors, size) : null;
    for (int i = 0; i < warmUpRows / size; i++) {
      int unused = index.topK(vectors[i % size], K).size();
    }
  }

  void forget() {
    encode = new Samples();
    scan = new Samples();
    match = new Samples();
    cached = new Samples();
    int8Match = new Samples();
    peerMatch = new Samples();
    peerScan = new Samples();
    before = encoder.figures();
    agreed = 0;
    if (graph != null) {
      graph.forget();
    }
  }

  /**
   * Asks {@code needs} of ours, then of the peer, whose threads are given time to end: ONNX
   * Runtime's spin for some 20 ms after a text where nobody tells them not to, and a core that
   * spins for the one is not there for the other.
   */
  void ask(List<String> needs) throws InterruptedException {
    var found = new ArrayList<List<Match>>();
    for (String need : needs) {
      long start = System.nanoTime();
      float[] vector = encoder.encode(need);
      long encoded = System.nanoTime();
      List<Match> closest = index.topK(vector, K);
      long scanned = System.nanoTime();
      encode.add(encoded - start);
      scan.add(scanned - encoded);
      match.add(scanned - start);
      found.add(closest);
    }
    if (graph != null) {
      for (int i = 0; i < needs.size(); i++) {
        graph.ask(encoder.encode(needs.get(i)), found.get(i));
      }
    }
    if (size == 1_000) {
      for (String need : needs) {
        cache.encode(need);
        known.add(need);
        cached.add(askAgain(need));
      }
    }
    if (peer != null) {
      askPeer(peer, needs, found);
    }
  }

  private void askPeer(LangChain4jStore peer, List<String> needs, List<List<Match>> found)
      throws InterruptedException {
    for (String need : needs) {
      long start = System.nanoTime();
      int unused = index.topK(int8.encode(need), K).size();
      int8Match.add(System.nanoTime() - start);
    }
    for (int i = 0; i < needs.size(); i++) {
      long start = System.nanoTime();
      float[] vector = peerModel.encode(needs.get(i));
      long encoded = System.nanoTime();
      String closest = peer.search(vector, K);
      long scanned = System.nanoTime();
      peerMatch.add(scanned - start);
      peerScan.add(scanned - encoded);
      if (found.get(i).getFirst().agent().value().equals(closest)) {
        agreed++;
      }
    }
    ProcessRest.await();
  }

  private long askAgain(String need) throws InterruptedException {
    long start = System.nanoTime();
    int unused = index.topK(cache.encode(need), K).size();
    return System.nanoTime() - start;
  }

  /** Known needs one after the other, nothing encoded in between; the first half warms up. */
  private Samples steady() throws InterruptedException {
    var times = new Samples();
    for (int i = 0; i < 2 * STEADY; i++) {
      long nanos = askAgain(known.get(i % known.size()));
      if (i >= STEADY) {
        times.add(nanos);
      }
    }
    return times;
  }

  List<Figure> figures(double triad) throws InterruptedException {
    String match = "match." + size;
    String scan = "scan." + size;
    var figures = new ArrayList<Figure>();
    figures.addAll(this.match.percentiles(match));
    figures.addAll(encode.percentiles(match + ".encode"));
    figures.addAll(this.scan.percentiles(scan));
    EncoderFigures after = encoder.figures();
    figures.add(
        Figure.of(
            match + ".tokenize.mean",
            (after.tokenizeNanos() - before.tokenizeNanos())
                / 1e6
                / (after.texts() - before.texts()),
            "ms",
            after.texts() - before.texts()));
    Figure overEncode = this.match.over(encode, match + ".over-encode");
    figures.add(size == 5_000 ? overEncode.atMost(1.1) : overEncode);
    if (size == 1_000) {
      figures.add(
          Figure.of(
                  match + ".cached.after-encoding.micros",
                  cached.quantile(0.5) / 1e3,
                  "us",
                  cached.size())
              .atMost(50));
      Samples steady = steady();
      figures.add(
          Figure.of(match + ".cached.micros", steady.quantile(0.5) / 1e3, "us", steady.size())
              .atMost(50));
    }
    if (size >= 50_000) {
      double share = size * SCANNED_BYTES_PER_ROW * 1e9 / this.scan.quantile(0.5) / triad;
      Figure figure = Figure.of(scan + ".bandwidth-share", share, "share", this.scan.size());
      figures.add(size == 500_000 ? figure.atLeast(0.75) : figure);
    }
    if (peer != null) {
      figures.addAll(besidePeer(match, scan));
    }
    if (graph != null) {
      figures.addAll(graph.figures(this.scan));
    }
    return figures;
  }

  private List<Figure> besidePeer(String match, String scan) {
    boolean goals = size == 5_000;
    Figure overPeer = this.match.over(peerMatch, match + ".over-langchain4j");
    Figure int8OverPeer = int8Match.over(peerMatch, match + ".int8.over-langchain4j");
    Figure scanOverPeer = this.scan.over(peerScan, scan + ".after-encoding.over-langchain4j");
    var figures = new ArrayList<Figure>(peerMatch.percentiles(match + ".langchain4j"));
    figures.add(goals ? overPeer.atMost(0.65) : overPeer);
    figures.add(goals ? int8OverPeer.atMost(0.4) : int8OverPeer);
    figures.add(goals ? scanOverPeer.atMost(0.05) : scanOverPeer);
    double same = (double) agreed / this.match.size();
    figures.add(Figure.of(match + ".same-first", same, "share", this.match.size()));
    return figures;
  }
}
