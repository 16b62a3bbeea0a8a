package dev.mama.bench;

import dev.mama.bench.NegotiationWorld.Held;
import dev.mama.negotiation.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What does it cost that a negotiation outlives its process? Contract nets without a model, whose
 * participants answer at once, with the desk's steps on disk and in memory in turn.
 */
final class NegotiationDurable {

  private static final String BYTES = "mama.durable.bytes";

  private NegotiationDurable() {}

  /**
   * @param agents that take part in one negotiation, one size after another
   * @param rounds of each size; one more warms up
   */
  static List<Figure> measure(List<Integer> agents, int rounds) throws InterruptedException {
    var figures = new ArrayList<Figure>();
    try {
      Path folder = Files.createTempDirectory("mama-bench-negotiation");
      try {
        for (int size : agents) {
          figures.addAll(measure(size, rounds, folder.resolve(String.valueOf(size))));
        }
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return figures;
  }

  private static List<Figure> measure(int agents, int rounds, Path folder)
      throws InterruptedException {
    var meters = new SimpleMeterRegistry();
    var inMemory = new Samples();
    var onDisk = new Samples();
    double before;
    double after;
    try (var memory = NegotiationWorld.ofContractors(agents);
        var disk = NegotiationWorld.ofDurableContractors(agents, folder, meters)) {
      hold(memory, agents, 0);
      hold(disk, agents, 0);
      before = meters.get(BYTES).functionCounter().count();
      for (int round = 1; round <= rounds; round++) {
        inMemory.add(hold(memory, agents, round));
        onDisk.add(hold(disk, agents, round));
      }
      after = meters.get(BYTES).functionCounter().count();
    }
    String name = "negotiation.durable." + agents;
    double answers = (double) agents * rounds;
    return List.of(
        Figure.of(name + ".makespan", onDisk.quantile(0.5) / 1e6, "ms", rounds),
        Figure.of(name + ".memory.makespan", inMemory.quantile(0.5) / 1e6, "ms", rounds),
        onDisk.over(inMemory, name + ".over-memory"),
        Figure.of(name + ".bytes-per-agent", (after - before) / answers, "bytes", rounds));
  }

  private static long hold(NegotiationWorld world, int agents, int number)
      throws InterruptedException {
    Held held = world.hold(number, 0, agents);
    if (!(held.outcome() instanceof Outcome.Awarded)) {
      throw new IllegalStateException("a negotiation ended with " + held.outcome());
    }
    return held.nanos();
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
