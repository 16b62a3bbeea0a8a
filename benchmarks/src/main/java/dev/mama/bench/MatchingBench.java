package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.bench.compare.LangChain4jMatching;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.matching.OnnxSentenceEncoder;
import dev.mama.minilm.MiniLm;
import dev.mama.spi.SentenceEncoder;
import java.util.ArrayList;
import java.util.List;

/**
 * How long does it take to find the five agents closest to a need nobody has asked before, how much
 * of that is the encoder, and how does it compare to LangChain4j's in-process model and store?
 * Everything is measured in turn, need by need, on one thread.
 */
final class MatchingBench implements Bench {

  private static final int K = 5;

  @Override
  public String name() {
    return "matching";
  }

  @Override
  public String question() {
    return "How long does it take to find who can help, beside the encoder alone and LangChain4j?";
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    int[] sizes = options.quick() ? new int[] {1_000, 5_000} : new int[] {10, 100, 1_000, 5_000};
    int queries = options.quick() ? 200 : 1_000;
    int warmUp = queries / 2;
    int most = sizes[sizes.length - 1];
    List<String> sentences =
        Sentences.draw(most + sizes.length * (queries + warmUp), options.seed());
    long steps = most + (long) sizes.length * (queries + warmUp);
    long done = 0;
    var figures = new ArrayList<Figure>();
    try (SentenceEncoder encoder =
        OnnxSentenceEncoder.open(
            MiniLm.NAME, MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS)) {
      float[][] vectors = new float[most][];
      for (int from = 0; from < most; from += 250) {
        int to = Math.min(most, from + 250);
        float[][] part = encoder.encode(sentences.subList(from, to));
        System.arraycopy(part, 0, vectors, from, part.length);
        done += part.length;
        progress.at(done, steps, "encoding agents");
      }
      int next = most;
      for (int size : sizes) {
        var run = new Run(encoder, vectors, size);
        for (int i = 0; i < warmUp + queries; i++) {
          if (i == warmUp) {
            run.forget();
          }
          run.ask(sentences.get(next++));
          if (++done % 10 == 0) {
            progress.at(done, steps, "%,d agents".formatted(size));
          }
        }
        figures.addAll(run.figures());
      }
    }
    return figures;
  }

  /** One size: both indexes filled with the same vectors, and the samples. */
  private static final class Run {
    private final int size;
    private final SentenceEncoder encoder;
    private final ExactAgentIndex index;
    private final LangChain4jMatching peer = new LangChain4jMatching();
    private Samples encode = new Samples();
    private Samples scan = new Samples();
    private Samples match = new Samples();
    private Samples peerMatch = new Samples();
    private Samples peerScan = new Samples();
    private int agreed;

    Run(SentenceEncoder encoder, float[][] vectors, int size) {
      this.encoder = encoder;
      this.size = size;
      index = new ExactAgentIndex(encoder.dimension());
      for (int i = 0; i < size; i++) {
        index.put(AgentId.of("agent-" + i), vectors[i]);
        peer.add("agent-" + i, vectors[i]);
      }
    }

    void forget() {
      encode = new Samples();
      scan = new Samples();
      match = new Samples();
      peerMatch = new Samples();
      peerScan = new Samples();
      agreed = 0;
    }

    void ask(String need) throws InterruptedException {
      long start = System.nanoTime();
      float[] vector = encoder.encode(need);
      long encoded = System.nanoTime();
      String found = index.topK(vector, K).getFirst().agent().value();
      long scanned = System.nanoTime();
      encode.add(encoded - start);
      scan.add(scanned - encoded);
      match.add(scanned - start);

      start = System.nanoTime();
      float[] peerVector = peer.encode(need);
      encoded = System.nanoTime();
      String peerFound = peer.search(peerVector, K);
      scanned = System.nanoTime();
      peerMatch.add(scanned - start);
      peerScan.add(scanned - encoded);
      if (found.equals(peerFound)) {
        agreed++;
      }
    }

    List<Figure> figures() {
      String match = "match." + size;
      String scan = "scan." + size;
      var figures = new ArrayList<Figure>();
      figures.addAll(this.match.percentiles(match));
      figures.addAll(this.scan.percentiles(scan));
      figures.addAll(peerMatch.percentiles(match + ".langchain4j"));
      Figure overEncode = this.match.over(encode, match + ".over-encode");
      Figure overPeer = this.match.over(peerMatch, match + ".over-langchain4j");
      Figure scanOverPeer = this.scan.over(peerScan, scan + ".over-langchain4j");
      boolean goals = size == 5_000;
      figures.add(goals ? overEncode.atMost(1.1) : overEncode);
      figures.add(goals ? overPeer.atMost(0.65) : overPeer);
      figures.add(goals ? scanOverPeer.atMost(0.05) : scanOverPeer);
      figures.add(
          Figure.of(
              match + ".same-first",
              (double) agreed / this.match.size(),
              "share",
              this.match.size()));
      return figures;
    }
  }
}
