package dev.mama.bench;

import dev.mama.journal.Grade;
import dev.mama.runtime.Durability;
import dev.mama.runtime.Resumed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What does it cost that agents outlive their process? Turns a second in each grade, beside the
 * same agents in memory; how long it takes to take up a journal, and an agent that was let go; and
 * what a million of them hold of which one in a hundred is active.
 */
final class DurableBench implements Bench {

  /**
   * How much is measured.
   *
   * @param agents that pass tokens on
   * @param tokens under way at once
   * @param hops of each token, in each round
   * @param rounds that count; one more warms up
   * @param records in the journal that is taken up, at least
   * @param asked agents that are asked, once in memory and once let go
   * @param idle agents of which one in a hundred is active
   */
  private record Sizes(
      int agents, int tokens, int hops, int rounds, int records, int asked, int idle) {
    static Sizes of(Size size) {
      return size.of(
          new Sizes(1_000, 500, 400, 5, 1_000_000, 20_000, 1_000_000),
          new Sizes(1_000, 500, 60, 2, 200_000, 2_000, 100_000),
          new Sizes(20, 10, 5, 1, 200, 40, 1_000));
    }
  }

  private static final double MEGABYTE = 1e6;

  @Override
  public String name() {
    return "durable";
  }

  @Override
  public String question() {
    return "What does it cost that agents outlive their process, in each grade?";
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    Sizes sizes = Sizes.of(options.size());
    try {
      Path folder = Files.createTempDirectory("mama-bench-durable");
      try {
        var figures = new ArrayList<>(rates(sizes, folder, progress));
        figures.addAll(recovery(sizes, folder.resolve("recovery"), progress));
        figures.addAll(reload(sizes, folder.resolve("reload"), progress));
        figures.addAll(idle(sizes, folder.resolve("idle"), progress));
        return figures;
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Figure> rates(Sizes sizes, Path folder, Progress progress)
      throws InterruptedException {
    double turns = (double) sizes.tokens() * sizes.hops();
    var names = new ArrayList<String>(List.of("plain"));
    var all = new ArrayList<DurableHops>();
    var samples = new ArrayList<Samples>(List.of(new Samples()));
    var figures = new ArrayList<Figure>();
    try {
      all.add(DurableHops.start(Optional.empty(), sizes.agents()));
      for (Grade grade : Grade.values()) {
        String name = grade.name().toLowerCase(Locale.ROOT);
        names.add(name);
        samples.add(new Samples());
        all.add(
            DurableHops.start(
                Optional.of(Durability.in(folder.resolve(name)).grade(grade)), sizes.agents()));
      }
      for (int round = 0; round <= sizes.rounds(); round++) { // the first warms up
        for (int i = 0; i < all.size(); i++) {
          progress.at(round, sizes.rounds() + 4L, "turns of agents: " + names.get(i));
          long nanos = all.get(i).run(sizes.tokens(), sizes.hops());
          if (round > 0) {
            samples.get(i).add(nanos);
          }
        }
      }
      double inAll = turns * (sizes.rounds() + 1);
      for (int i = 0; i < all.size(); i++) {
        String name = "durable." + names.get(i);
        figures.add(samples.get(i).rate(name + ".rate", turns));
        if (i > 0) {
          figures.add(samples.getFirst().over(samples.get(i), name + ".over-plain"));
          figures.addAll(all.get(i).forces(name, inAll));
        }
      }
    } finally {
      all.forEach(DurableHops::close);
    }
    return figures;
  }

  private static List<Figure> recovery(Sizes sizes, Path folder, Progress progress)
      throws InterruptedException {
    progress.at(sizes.rounds() + 1L, sizes.rounds() + 4L, "a journal is taken up");
    Durability durability = Durability.in(folder).grade(Grade.MEMORY);
    double records;
    int hops = Math.max(2, sizes.records() / sizes.tokens());
    try (var hopping = DurableHops.start(Optional.of(durability), sizes.agents())) {
      long unused = hopping.run(sizes.tokens(), hops);
      records = hopping.meter("mama.durable.records");
    }
    var took = new Samples();
    for (int round = 0; round < 3; round++) {
      try (var again = DurableHops.open(durability, sizes.agents())) {
        Resumed resumed = again.group().resume();
        if (resumed.turns() != (long) sizes.tokens() * hops) {
          throw new IllegalStateException(
              "%d of %d turns were taken up"
                  .formatted(resumed.turns(), (long) sizes.tokens() * hops));
        }
        took.add(resumed.took().toNanos());
      }
    }
    return List.of(
        Figure.of("durable.recovery.records", records, "count", 1),
        Figure.of(
            "durable.recovery.per-million.seconds",
            took.quantile(0.5) / 1e9 / records * 1e6,
            "s",
            took.size()));
  }

  private static List<Figure> reload(Sizes sizes, Path folder, Progress progress)
      throws InterruptedException {
    progress.at(sizes.rounds() + 2L, sizes.rounds() + 4L, "agents are let go and come back");
    int agents = 2 * sizes.asked();
    Durability few = Durability.in(folder).loadedAgents(Math.max(1, sizes.asked() / 20));
    try (var hopping = DurableHops.start(Optional.of(few), agents)) {
      long unused = hopping.run(agents, 1); // each has a state
      Samples unusedToo = hopping.ask(sizes.asked(), 2); // warms up
      double before = hopping.meter("mama.durable.reloads");
      Samples letGo = hopping.ask(sizes.asked(), 2);
      double reloaded = hopping.meter("mama.durable.reloads") - before;
      Samples there = hopping.ask(sizes.asked(), 0);
      var figures = new ArrayList<Figure>();
      figures.add(micros("durable.ask.loaded.p50.micros", there, 0.5));
      figures.add(micros("durable.ask.evicted.p50.micros", letGo, 0.5));
      figures.add(micros("durable.ask.evicted.p99.micros", letGo, 0.99));
      figures.add(
          Figure.of(
              "durable.evict-and-reload.micros",
              (letGo.quantile(0.5) - there.quantile(0.5)) / 1e3,
              "us",
              letGo.size()));
      figures.add(Figure.of("durable.ask.evicted.share", reloaded / sizes.asked(), "share", 1));
      return figures;
    }
  }

  private static Figure micros(String name, Samples samples, double quantile) {
    return Figure.of(name, samples.quantile(quantile) / 1e3, "us", samples.size());
  }

  private static List<Figure> idle(Sizes sizes, Path folder, Progress progress)
      throws InterruptedException {
    progress.at(sizes.rounds() + 3L, sizes.rounds() + 4L, "many agents, few of them active");
    int active = Math.max(1, sizes.idle() / 100);
    long before = Memory.used();
    long start = System.nanoTime();
    try (var hopping =
        DurableHops.start(Optional.of(Durability.in(folder).loadedAgents(active)), sizes.idle())) {
      long started = System.nanoTime() - start;
      for (int round = 0; round < 3; round++) {
        long unused = hopping.run(active, 1);
      }
      double bytes = Math.max(0, Memory.used() - before);
      double loaded = hopping.meter("mama.durable.loaded");
      var figures = new ArrayList<Figure>();
      figures.add(
          Figure.of("durable.idle.bytes-per-agent", bytes / sizes.idle(), "bytes", 1).atMost(300));
      figures.add(Figure.of("durable.idle.loaded", loaded, "count", 1));
      figures.add(
          Figure.of("durable.start.rate", sizes.idle() * 1e9 / started, "1/s", sizes.idle()));
      if (sizes.idle() == 1_000_000) {
        figures.add(Figure.of("durable.million.megabytes", bytes / MEGABYTE, "MB", 1).atMost(300));
      }
      return figures;
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
