package dev.mama.bench;

import dev.mama.bench.Growth.Point;
import dev.mama.spi.SentenceEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What do more agents cost? The experiment of the MAMA report: profiles are drawn, then matching,
 * trust updates and decisions are measured with ten agents and with more and more, by the report's
 * protocol and then with thousands of samples; besides, the whole way from a need to its answer,
 * the heap of an agent, a way between agents and broker that takes time, and agents that come and
 * go under load.
 *
 * <p>Profiles and needs follow the seed. A number of agents for which the heap does not suffice is
 * left out, and the report says so.
 */
final class ScalabilityBench implements Bench {

  /** What an agent takes, about, before one was weighed: a vector and its sketch, and the rest. */
  private static final double BYTES_GUESSED = 3_000;

  /** Room for what the collector needs, and for the vectors' array while it grows. */
  private static final double ROOM = 1.4;

  private static final int BATCH = 250;

  /** What was measured of so many agents; 0 where the number says nothing. */
  record Measured(int agents, Map<String, Samples> raw) {}

  @Override
  public String name() {
    return "scalability";
  }

  @Override
  public String folder() {
    return "scalability";
  }

  @Override
  public String question() {
    return "What do more agents cost: matching, trust, decisions, heap, network, coming and going?";
  }

  @Override
  public String page(List<Figure> figures) {
    return new ScalePage(figures).text();
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    return run(ScaleSizes.of(options.size()), options, progress);
  }

  static List<Figure> run(ScaleSizes sizes, Options options, Progress progress)
      throws InterruptedException {
    var profiles = new Profiles(options.seed());
    int perSize = ScaleRun.needs(sizes);
    List<String> needs = Sentences.draw((sizes.agents().size() + 1) * perSize, options.seed());
    long steps = sizes.agents().size() + 4L;
    long step = 0;
    var figures = new ArrayList<Figure>();
    var measured = new ArrayList<Measured>();
    figures.add(Figure.of("scalability.heap", Runtime.getRuntime().maxMemory() / 0x1p30, "GiB", 1));
    figures.add(Figure.of("scalability.encoded", sizes.encoded(), "agents", 1));
    try (SentenceEncoder encoder = Encoders.of(options.size())) {
      progress.at(step++, steps, "encoding %,d profiles".formatted(sizes.encoded()));
      float[][] vectors = encode(encoder, profiles, sizes.encoded());
      progress.at(step++, steps, "warming up");
      var unused =
          new ScaleRun(encoder, profiles, vectors, sizes, sizes.agents().getFirst())
              .measure(needs.subList(0, perSize));
      double bytesPerAgent = BYTES_GUESSED;
      for (int i = 0; i < sizes.agents().size(); i++) {
        int agents = sizes.agents().get(i);
        progress.at(step++, steps, "%,d agents".formatted(agents));
        double needed = agents * bytesPerAgent * ROOM;
        if (needed > free()) {
          figures.add(
              Figure.of("scalability.%d.left-out".formatted(agents), needed / 0x1p30, "GiB", 1));
          continue;
        }
        var run = new ScaleRun(encoder, profiles, vectors, sizes, agents);
        figures.addAll(run.measure(needs.subList((i + 1) * perSize, (i + 2) * perSize)));
        measured.add(new Measured(agents, run.raw()));
        bytesPerAgent = Math.max(bytesPerAgent, weighed(figures, agents));
      }
      growth(figures, measured);
      if (sizes.churnAgents() > 0) {
        progress.at(step++, steps, "agents that come and go");
        var churn = new ScaleChurn(profiles, sizes);
        figures.addAll(churn.measure(encoder, vectors, needs));
        measured.add(new Measured(sizes.churnAgents(), churn.raw()));
      }
    }
    if (!sizes.network().delays().isEmpty()) {
      progress.at(step, steps, "a long way to the broker");
      var network = new ScaleNetwork(sizes.network());
      figures.addAll(network.measure());
      measured.add(new Measured(0, network.raw()));
    }
    options.out().ifPresent(folder -> write(folder, profiles, sizes, figures, measured));
    progress.at(steps, steps, "done");
    return figures;
  }

  private static float[][] encode(SentenceEncoder encoder, Profiles profiles, int count)
      throws InterruptedException {
    var vectors = new float[count][];
    var texts = new ArrayList<String>(BATCH);
    for (int i = 0; i < count; i++) {
      texts.add(profiles.at(i).card().description());
      if (texts.size() == BATCH || i == count - 1) {
        float[][] part = encoder.encode(texts);
        System.arraycopy(part, 0, vectors, i + 1 - part.length, part.length);
        texts.clear();
      }
    }
    return vectors;
  }

  /** Bytes of heap that can be had. */
  private static double free() {
    return (double) Runtime.getRuntime().maxMemory() - Memory.used();
  }

  private static double weighed(List<Figure> figures, int agents) {
    return figures.stream()
        .filter(it -> it.name().equals("scalability.%d.bytes-per-agent".formatted(agents)))
        .mapToDouble(Figure::value)
        .findFirst()
        .orElse(0);
  }

  /** How the medians grow with the number of agents. */
  private static void growth(List<Figure> figures, List<Measured> measured) {
    if (measured.size() < 3) {
      return; // two points are always on a line
    }
    for (String what : List.of("match", "scan", "search", "decide", "policy", "path", "registry")) {
      List<Point> points =
          measured.stream()
              .map(it ->
                  new Point(it.agents(), it.raw().getOrDefault(what, new Samples()).quantile(0.5)))
              .toList();
      figures.add(Growth.of(points).figure("scalability.growth.%s.exponent".formatted(what)));
    }
  }

  private static void write(
      Path folder,
      Profiles profiles,
      ScaleSizes sizes,
      List<Figure> figures,
      List<Measured> measured) {
    profiles.write(folder.resolve("profiles.csv"), Math.min(5_000, sizes.agents().getLast()));
    ScaleFiles.samples(measured, folder.resolve("samples.csv"));
    ScaleFiles.charts(figures, sizes.agents(), folder);
  }
}
