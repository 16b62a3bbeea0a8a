package dev.mama.bench;

import dev.mama.AgentId;
import dev.mama.bench.compare.LangChain4jStore;
import dev.mama.matching.ExactAgentIndex;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The exact scan by itself beside LangChain4j's store: the same vectors, and needs that were
 * encoded before, asked of both in turn; here, and in a JVM without the Vector API.
 */
final class ScanDuel {

  private static final int K = 5;
  private static final int BLOCK = 25;
  private static final String TOOK = "took";
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  private final Samples ours = new Samples();
  private final Samples peers = new Samples();

  private ScanDuel() {}

  /** Asks each of {@code needs} twice of both, and measures the second time, block by block. */
  static List<Figure> run(float[][] vectors, float[][] needs) throws InterruptedException {
    String scan = "scan." + vectors.length;
    ScanDuel here = between(vectors, needs);
    ScanDuel plain = elsewhere(vectors, needs);
    return List.of(
        here.ours.percentiles(scan + ".alone").getFirst(),
        here.peers.percentiles(scan + ".langchain4j").getFirst(),
        here.ours.over(here.peers, scan + ".over-langchain4j").atMost(0.05),
        plain.ours.percentiles(scan + ".scalar").getFirst(),
        plain.ours.over(plain.peers, scan + ".scalar.over-langchain4j").atMost(0.1667));
  }

  private static ScanDuel between(float[][] vectors, float[][] needs) {
    var index = new ExactAgentIndex(vectors[0].length);
    var peer = new LangChain4jStore();
    for (int i = 0; i < vectors.length; i++) {
      index.put(AgentId.of("agent-" + i), vectors[i]);
      peer.add("agent-" + i, vectors[i]);
    }
    new ScanDuel().ask(List.of(needs), index, peer); // warms up
    var duel = new ScanDuel();
    for (int from = 0; from < needs.length; from += BLOCK) {
      int end = Math.min(needs.length, from + BLOCK);
      duel.ask(List.of(needs).subList(from, end), index, peer);
    }
    return duel;
  }

  private void ask(List<float[]> needs, ExactAgentIndex index, LangChain4jStore peer) {
    for (float[] need : needs) {
      long start = System.nanoTime();
      int found = index.topK(need, K).size();
      ours.add(System.nanoTime() - start);
      requireFound(found == K);
    }
    for (float[] need : needs) {
      long start = System.nanoTime();
      String found = peer.search(need, K);
      peers.add(System.nanoTime() - start);
      requireFound(!found.isEmpty());
    }
  }

  private static void requireFound(boolean found) {
    if (!found) {
      throw new IllegalStateException("a scan found too little");
    }
  }

  private static ScanDuel elsewhere(float[][] vectors, float[][] needs)
      throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  ScanDuel.class.getName())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (OutputStream told = process.getOutputStream()) {
        write(told, vectors, needs);
      }
      ScanDuel duel = new ScanDuel();
      try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
        said.lines()
            .map(line -> line.split(" ", -1))
            .filter(words -> words[0].equals(TOOK)) // loggers may print, too
            .forEach(words -> {
              duel.ours.add(Long.parseLong(words[1]));
              duel.peers.add(Long.parseLong(words[2]));
            });
      }
      int code = process.waitFor();
      if (code != 0 || duel.ours.size() != needs.length) {
        throw new IllegalStateException(
            "the JVM without the Vector API ended with %d after %d of %d needs"
                .formatted(code, duel.ours.size(), needs.length));
      }
      return duel;
    } catch (IOException e) {
      throw new UncheckedIOException("no JVM without the Vector API can be asked", e);
    }
  }

  /**
   * The JVM without the Vector API: reads what {@link #write} wrote, prints both times per need.
   */
  public static void main(String[] arguments) throws IOException {
    if (ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent()) {
      throw new IllegalStateException("this JVM runs with " + VECTOR_MODULE);
    }
    float[][] vectors;
    float[][] needs;
    try (InputStream in = System.in) {
      var data = new DataInputStream(new BufferedInputStream(in));
      vectors = read(data);
      needs = read(data);
    }
    ScanDuel duel = between(vectors, needs);
    long[] ours = duel.ours.nanos();
    long[] peers = duel.peers.nanos();
    for (int i = 0; i < ours.length; i++) {
      System.out.printf("%s %d %d%n", TOOK, ours[i], peers[i]);
    }
    System.exit(0);
  }

  private static void write(OutputStream out, float[][]... all) throws IOException {
    var data = new DataOutputStream(new BufferedOutputStream(out));
    for (float[][] rows : all) {
      data.writeInt(rows.length);
      data.writeInt(rows[0].length);
      for (float[] row : rows) {
        for (float value : row) {
          data.writeFloat(value);
        }
      }
    }
    data.flush();
  }

  private static float[][] read(DataInputStream data) throws IOException {
    var rows = new float[data.readInt()][data.readInt()];
    for (float[] row : rows) {
      for (int d = 0; d < row.length; d++) {
        row[d] = data.readFloat();
      }
    }
    return rows;
  }
}
