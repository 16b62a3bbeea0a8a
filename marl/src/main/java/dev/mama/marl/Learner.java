package dev.mama.marl;

import dev.mama.StateShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Learns a policy: tunes a rule, then lets a network learn to correct it, from what all requesters
 * of many runs meet (they share one network), and takes the network that did best on runs kept for
 * that. The rule itself is among those compared, so what comes out is never worse there. What a
 * decision is rewarded by is an {@link LearnerOptions.Objective}.
 *
 * <p>After each round all there is stands in {@code checkpoint.safetensors}; a learner that is
 * killed goes on from there, and comes to the same weights as if it had not been. {@code curve.csv}
 * has a line for each comparison.
 *
 * <p>Confined to one platform thread; the runs it plays use the common pool.
 */
public final class Learner {

  private static final int COMPARISONS = 10;
  private static final double NEWEST = 0.2;

  private static final double LEAST_WORTH_OF_LOGIT = 0.005;

  /** The share of the rate that is left in the last round. */
  private static final double LAST_RATE = 0.1;

  private static final String COLUMNS = "round,decisions,rule,learned\n";

  private final LearnerOptions options;
  private final Trials trials;
  private final List<WorldSettings> worlds;
  private final Path folder;
  private final Progress progress;
  private final int[] sizes;
  private final @Nullable Rule start;

  /** Follows a learner. */
  public interface Progress {

    /**
     * Tells where it is.
     *
     * @param round the last finished round; 0 while the rule is tuned
     * @param rounds in all
     * @param step what is being done
     */
    void at(int round, int rounds, String step);
  }

  /**
   * A learner.
   *
   * @param worlds in which it learns, in turn
   * @param folder for checkpoint and curve; made where it is missing
   * @throws IllegalArgumentException if there is no world
   */
  public Learner(
      LearnerOptions options,
      Trials trials,
      List<WorldSettings> worlds,
      Path folder,
      Progress progress) {
    this(options, trials, worlds, folder, progress, null);
  }

  private Learner(
      LearnerOptions options,
      Trials trials,
      List<WorldSettings> worlds,
      Path folder,
      Progress progress,
      @Nullable Rule start) {
    this.options = options;
    this.trials = trials;
    this.worlds = List.copyOf(worlds);
    this.folder = folder;
    this.progress = progress;
    this.start = start;
    if (worlds.isEmpty()) {
      throw new IllegalArgumentException("a learner needs at least one world to learn in");
    }
    sizes = Mlp.policySizes(options.shape().outputs());
  }

  /** This learner with a rule to start from, so that none is tuned. */
  public Learner startingAt(Rule rule) {
    return new Learner(options, trials, worlds, folder, progress, rule);
  }

  /**
   * Learns, or goes on learning, to the end.
   *
   * @param name of the policy
   * @param commit of the code, for the manifest
   * @throws PolicyException if PyTorch or the device is not there, or the folder holds a checkpoint
   *     of other options or cannot be written to
   * @throws InterruptedException if interrupted between two rounds; the checkpoint stays
   */
  public PolicyFile learn(String name, String commit) throws InterruptedException {
    Checkpoint end = toTheEnd();
    return result(end, end.best(), end.bestReward(), name, commit);
  }

  /**
   * Learns as {@link #learn} does, and takes what it came to at last, better than the rule or
   * worse: to tell what an objective leads to.
   */
  public PolicyFile learnLast(String name, String commit) throws InterruptedException {
    Checkpoint end = toTheEnd();
    return result(end, end.average(), compare(end.rule(), end.average()), name, commit);
  }

  private Checkpoint toTheEnd() throws InterruptedException {
    Path file = folder.resolve("checkpoint.safetensors");
    String key = key(options, worlds, start);
    try (Ppo ppo = Ppo.open(options.device(), sizes)) {
      Checkpoint at = Checkpoint.read(file, key).orElse(null);
      if (at == null) {
        at = begin(key);
        save(at, file);
      }
      while (at.round() < options.effort().rounds()) {
        if (Thread.interrupted()) {
          throw new InterruptedException("interrupted after round " + at.round());
        }
        at = round(at, ppo);
        save(at, file);
      }
      return at;
    }
  }

  /** What a checkpoint must have been learned with for a learner to go on from it. */
  static String key(LearnerOptions options, List<WorldSettings> worlds, @Nullable Rule start) {
    return "%s in %s from %s".formatted(options, worlds, start == null ? "the start" : start);
  }

  private PolicyFile result(
      Checkpoint at, float[] parameters, double reward, String name, String commit) {
    String environment = String.join(" ", worlds.stream().map(WorldSettings::name).toList());
    var manifest =
        new PolicyManifest(
            name,
            options.shape(),
            at.rule(),
            options.seed(),
            options.drawn() ? environment + " and drawn ones" : environment,
            commit,
            decisions(at.round()),
            reward);
    return new PolicyFile(manifest, new Mlp(sizes, parameters), at.means());
  }

  private void save(Checkpoint at, Path file) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("curve.csv"), COLUMNS + at.curve());
    } catch (IOException e) {
      throw new PolicyException("folder '%s' cannot be written to".formatted(folder), e);
    }
    at.write(file);
  }

  private Checkpoint begin(String key) {
    progress.at(0, options.effort().rounds(), "tuning the rule");
    Rule rule =
        start != null
            ? start
            : new RuleSearch(trials, worlds, options.shape(), options.seed())
                .best(options.effort().tuningRuns());
    float[] network = Mlp.silent(sizes, options.seed()).parameters();
    float[] critic = Mlp.silent(Ppo.CRITIC, options.seed() + 1).parameters();
    double reward = compare(rule, network);
    return new Checkpoint(
        key,
        0,
        rule,
        Adam.start(network),
        Adam.start(critic),
        network,
        network,
        reward,
        new float[StateShape.SIZE],
        line(0, reward, reward));
  }

  private Checkpoint round(Checkpoint at, Ppo ppo) {
    int round = at.round() + 1;
    progress.at(at.round(), options.effort().rounds(), "best %.4f".formatted(at.bestReward()));
    List<Experience> played = play(at, round);
    learn(at, ppo, played, new SplittableRandom(options.seed() * 31 + round));
    float[] average = at.average().clone();
    for (int i = 0; i < average.length; i++) {
      average[i] += (float) (NEWEST * (at.network().parameters[i] - average[i]));
    }
    float[] best = at.best();
    double bestReward = at.bestReward();
    String curve = at.curve();
    int rounds = options.effort().rounds();
    if (round % Math.max(1, rounds / COMPARISONS) == 0 || round == rounds) {
      double reward = compare(at.rule(), average);
      double start =
          Double.parseDouble(at.curve().lines().findFirst().orElse("0,0,0").split(",", -1)[2]);
      curve += line(round, start, reward);
      if (reward > bestReward) {
        best = average;
        bestReward = reward;
      }
    }
    return new Checkpoint(
        at.options(),
        round,
        at.rule(),
        at.network(),
        at.critic(),
        average,
        best,
        bestReward,
        round == 1 ? means(played) : at.means(),
        curve);
  }

  private List<Experience> play(Checkpoint at, int round) {
    var network = new Mlp(sizes, at.network().parameters);
    var critic = new Mlp(Ppo.CRITIC, at.critic().parameters);
    long first =
        Trials.TRAINING_SEEDS
            + 100_000 * Math.floorMod(options.seed(), 1_000_000L)
            + (long) round * options.effort().runs();
    return IntStream.range(0, options.effort().runs())
        .parallel()
        .mapToObj(i ->
            Experience.play(
                trials, world(i, first + i), first + i, at.rule(), network, options, critic))
        .toList();
  }

  /** The world of run {@code i} of several. */
  private WorldSettings world(int i, long seed) {
    if (options.drawn()) {
      return i % 2 == 0 ? worlds.get(i / 2 % worlds.size()) : WorldSettings.drawn(seed);
    }
    return worlds.get(i % worlds.size());
  }

  private void learn(Checkpoint at, Ppo ppo, List<Experience> played, SplittableRandom random) {
    record Place(Experience experience, int index, double advantage) {}
    var critic = new Mlp(Ppo.CRITIC, at.critic().parameters);
    var places = new ArrayList<Place>();
    double sum = 0;
    double squares = 0;
    for (Experience experience : played) {
      for (int i = 0; i < experience.size(); i++) {
        double advantage = experience.returnOf(i) - critic.run(experience.state(i))[0];
        sum += advantage;
        squares += advantage * advantage;
        places.add(new Place(experience, i, advantage));
      }
    }
    double mean = sum / places.size();
    double deviation = Math.sqrt(squares / places.size() - mean * mean);
    if (!(deviation > 1e-9)) {
      return; // every decision came to the same: there is nothing to learn
    }
    int rows = Math.min(options.effort().batch(), places.size());
    double worthOfLogit = worthOfLogit(played, at.rule());
    double rate =
        options.effort().rate() * (1 - (1 - LAST_RATE) * at.round() / options.effort().rounds());
    for (int epoch = 0; epoch < options.effort().epochs(); epoch++) {
      for (int i = places.size() - 1; i > 0; i--) {
        int other = random.nextInt(i + 1);
        Place moved = places.get(i);
        places.set(i, places.get(other));
        places.set(other, moved);
      }
      for (int from = 0; from + rows <= places.size(); from += rows) {
        var batch = new Ppo.Batch(rows, options.shape());
        for (int row = 0; row < rows; row++) {
          Place place = places.get(from + row);
          double advantage = (place.advantage() - mean) / deviation;
          place.experience().into(batch, row, place.index(), advantage, at.rule(), random);
        }
        step(at, ppo, batch, rate, worthOfLogit);
      }
    }
  }

  /** How much worth one unit of the rule's logits stands for, by least squares. */
  private static double worthOfLogit(List<Experience> played, Rule rule) {
    double products = 0;
    double squares = 0;
    for (Experience experience : played) {
      for (int i = 0; i < experience.size(); i++) {
        double[] sums = experience.logitsAndWorth(i, rule);
        products += sums[0];
        squares += sums[1];
      }
    }
    return Math.max(LEAST_WORTH_OF_LOGIT, products / Math.max(squares, 1e-9));
  }

  private void step(Checkpoint at, Ppo ppo, Ppo.Batch batch, double rate, double worthOfLogit) {
    if (options.objective() == LearnerOptions.Objective.FORESEEN) {
      at.network().step(ppo.foreseenGradient(at.network().parameters, batch, worthOfLogit), rate);
    } else {
      float[][] gradients = ppo.gradients(at.network().parameters, at.critic().parameters, batch);
      at.network().step(gradients[0], rate);
      at.critic().step(gradients[1], rate);
    }
  }

  private double compare(Rule rule, float[] parameters) {
    var network = new Mlp(sizes, parameters);
    return trials.mean(
        i -> world(i, Trials.VALIDATION_SEEDS + i),
        Trials.VALIDATION_SEEDS,
        options.effort().validationRuns(),
        LearnedPolicy.of(rule, network).contender("learned"));
  }

  private static float[] means(List<Experience> played) {
    double[] sums = new double[StateShape.SIZE];
    int count = 0;
    for (Experience experience : played) {
      for (int i = 0; i < experience.size(); i++) {
        float[] state = experience.state(i);
        for (int j = 0; j < sums.length; j++) {
          sums[j] += state[j];
        }
        count++;
      }
    }
    float[] means = new float[sums.length];
    for (int j = 0; j < means.length; j++) {
      means[j] = (float) (sums[j] / Math.max(1, count));
    }
    return means;
  }

  private String line(int round, double rule, double learned) {
    return String.format(Locale.ROOT, "%d,%d,%s,%s\n", round, decisions(round), rule, learned);
  }

  /** Decisions of {@code runs} runs, on average. */
  private long decisions(int round) {
    double each =
        worlds.stream()
            .mapToDouble(it ->
                (it.warmUpSteps() + it.steps())
                    * it.stepSeconds()
                    * it.needsPerSecond()
                    * it.requesters())
            .average()
            .orElse(0);
    return Math.round(
        each * (options.effort().tuningRuns() + (long) round * options.effort().runs()));
  }
}
