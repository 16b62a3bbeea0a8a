package dev.mama.bench;

import dev.mama.bench.TrustTrial.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Does the ledger still tell good agents from bad ones when some raters lie, beside a plain mean,
 * raters weighed by their own trust, Beta with filtering, and EigenTrust? The plain mean is the
 * same ledger without checks, believing every rater. Ten seeds from the given one on, or as many as
 * are asked for; they take a few seconds, so a quick run is the same. A file of attacks has a name
 * of {@link TrustAttack} and a share of liars on each line; what stands behind a # is passed over.
 */
final class TrustBench implements Bench {

  private static final double[] SHARES = {0.2, 0.4};
  private static final int SEEDS = 10;
  private static final Pattern LINE = Pattern.compile("(\\w+)\\s+(0|1|0?\\.\\d{1,9})");

  @Override
  public String name() {
    return "trust";
  }

  @Override
  public String question() {
    return "Does trust hold when 20 or 40 % of the raters lie, beside four other ways to score?";
  }

  @Override
  public boolean hasTrials() {
    return true;
  }

  @Override
  public void check(Trials trials) {
    trials.attacks().ifPresent(TrustBench::read);
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    List<Attacked> tried =
        options.trials().attacks().isPresent()
            ? read(options.trials().attacks().get())
            : attacked(options.size());
    int seeds =
        options.trials().seeds() == 0
            ? options.size().of(SEEDS, SEEDS, 2)
            : options.trials().seeds();
    long trials = (long) tried.size() * seeds;
    var figures = new ArrayList<Figure>();
    long done = 0;
    for (Attacked attacked : tried) {
      var runs = new ArrayList<Map<String, Outcome>>();
      for (int i = 0; i < seeds; i++) {
        if (Thread.interrupted()) {
          throw new InterruptedException("interrupted between two trials");
        }
        progress.at(done++, trials, attacked.name());
        runs.add(new TrustTrial(attacked.attack(), attacked.share(), options.seed() + i).run());
      }
      figures.addAll(figures(attacked, runs));
    }
    options.out().ifPresent(folder -> TrustChart.draw(figures, folder.resolve("trust.png")));
    int drilled = options.size().of(seeds, seeds, 1);
    figures.addAll(TrustDrills.run(options.seed(), drilled));
    figures.addAll(TrustFlood.run(options.seed(), drilled));
    return figures;
  }

  /** The attacks that {@code file} lists. */
  private static List<Attacked> read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var all = new ArrayList<Attacked>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).replaceFirst("#.*", "").strip();
      if (!line.isEmpty()) {
        all.add(read(line, "%s, line %d".formatted(file, i + 1)));
      }
    }
    return all;
  }

  private static Attacked read(String line, String where) {
    var words = LINE.matcher(line);
    if (!words.matches()) {
      throw new IllegalArgumentException(
          "%s is '%s'; it must be an attack of %s and a share of liars in [0, 1], such as collude 0.4"
              .formatted(where, line, List.of(TrustAttack.values())));
    }
    TrustAttack attack =
        Stream.of(TrustAttack.values())
            .filter(it -> it.name().equalsIgnoreCase(words.group(1)))
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "%s names '%s'; known attacks are %s"
                        .formatted(where, words.group(1), List.of(TrustAttack.values()))));
    return new Attacked(attack, Double.parseDouble(words.group(2)));
  }

  private record Attacked(@Nullable TrustAttack attack, double share) {
    String name() {
      return attack == null
          ? "none"
          : attack.name().toLowerCase(Locale.ROOT) + Math.round(100 * share);
    }
  }

  private static List<Attacked> attacked(Size size) {
    var all = new ArrayList<Attacked>();
    all.add(new Attacked(null, 0));
    List<TrustAttack> usual = List.of(TrustAttack.values());
    for (TrustAttack attack : size.of(usual, usual, List.of(TrustAttack.COLLUDE))) {
      for (double share : SHARES) {
        all.add(new Attacked(attack, share));
      }
    }
    return all;
  }

  private static List<Figure> figures(Attacked attacked, List<Map<String, Outcome>> runs) {
    var byMethod = new LinkedHashMap<String, List<Outcome>>();
    runs.forEach(run ->
        run.forEach((method, outcome) ->
            byMethod.computeIfAbsent(method, unseen -> new ArrayList<>()).add(outcome)));
    String name = "trust." + attacked.name();
    var figures = new ArrayList<Figure>();
    byMethod.forEach((method, outcomes) -> {
      boolean ours = method.equals("ours");
      String prefix = ours ? name : name + "." + method;
      Figure tau = mean(prefix + ".tau", "tau", outcomes, Outcome::tau);
      figures.add(ours && attacked.attack() != null ? goal(tau, attacked.share()) : tau);
      if (!method.equals("eigentrust")) {
        figures.add(mean(prefix + ".error", "share", outcomes, Outcome::error));
      }
      figures.add(mean(prefix + ".regret", "share", outcomes, Outcome::regret));
    });
    List<Outcome> ours = byMethod.getOrDefault("ours", List.of());
    List<Outcome> plain = byMethod.getOrDefault("plain", List.of());
    if (attacked.attack() == null) {
      double loss = average(plain, Outcome::tau) - average(ours, Outcome::tau);
      figures.add(Figure.of(name + ".tau-loss", loss, "tau", runs.size()).atMost(0.03));
    }
    if (attacked.attack() == TrustAttack.COLLUDE && attacked.share() == SHARES[1]) {
      double ratio = average(ours, Outcome::regret) / average(plain, Outcome::regret);
      figures.add(Figure.of(name + ".regret-over-plain", ratio, "ratio", runs.size()).atMost(0.25));
    }
    return figures;
  }

  private static Figure goal(Figure tau, double share) {
    if (share == SHARES[0]) {
      return tau.atLeast(0.82);
    }
    return share == SHARES[1] ? tau.atLeast(0.75) : tau;
  }

  private static double average(List<Outcome> outcomes, ToDoubleFunction<Outcome> value) {
    return outcomes.stream().mapToDouble(value).average().orElse(Double.NaN);
  }

  /** The mean over seeds, with its 95 % interval by Student's t. */
  private static Figure mean(
      String name, String unit, List<Outcome> outcomes, ToDoubleFunction<Outcome> value) {
    return PairedSample.mean(name, unit, outcomes.stream().mapToDouble(value).toArray());
  }
}
