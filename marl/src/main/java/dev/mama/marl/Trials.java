package dev.mama.marl;

import dev.mama.Decision;
import dev.mama.State;
import dev.mama.Time;
import dev.mama.spi.TrustLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Runs of worlds, several at once; what they come to does not depend on how many.
 *
 * <p>Seeds are kept apart by use: what is measured on was never seen in tuning or training.
 *
 * <p>Thread-safe.
 */
public final class Trials {

  /** From here on seeds of tuning are counted. */
  public static final long TUNING_SEEDS = 1_000_000;

  /** From here on seeds of training. */
  public static final long TRAINING_SEEDS = 2_000_000;

  /** From here on seeds on which a trained policy is chosen. */
  public static final long VALIDATION_SEEDS = 3_000_000;

  private final BiFunction<Duration, Time, TrustLedger> ledgers;

  /**
   * Trials with trust by {@code ledgers}.
   *
   * @param ledgers makes a trust ledger of a half-life on a clock
   */
  public Trials(BiFunction<Duration, Time, TrustLedger> ledgers) {
    this.ledgers = ledgers;
  }

  /** What {@code contender} comes to in one run. */
  public Outcome run(WorldSettings world, long seed, Contender contender) {
    return new World(world, seed, ledgers).run(contender);
  }

  /** A run whose asks are wanted. */
  World played(WorldSettings world, long seed, Contender contender) {
    var played = new World(world, seed, ledgers);
    played.run(contender);
    return played;
  }

  /** What it comes to in one run for each of {@code seeds}, in their order. */
  public List<Outcome> run(WorldSettings world, LongStream seeds, Contender contender) {
    return seeds.boxed().parallel().map(seed -> run(world, seed, contender)).toList();
  }

  /** Mean reward over {@code count} seeds from {@code first} on, the worlds in turn. */
  public double mean(List<WorldSettings> worlds, long first, int count, Contender contender) {
    return mean(i -> worlds.get(i % worlds.size()), first, count, contender);
  }

  /** Mean reward over {@code count} seeds from {@code first} on, each in the world of its place. */
  double mean(IntFunction<WorldSettings> worlds, long first, int count, Contender contender) {
    return IntStream.range(0, count)
        .parallel()
        .mapToObj(i -> run(worlds.apply(i), first + i, contender))
        .toList()
        .stream()
        .mapToDouble(Outcome::reward)
        .average()
        .orElse(0);
  }

  /** What {@code policy} decided in one run, as a group's log would have it. */
  public List<LoggedDecision> logged(WorldSettings world, long seed, Stochastic policy) {
    var decisions = new ArrayList<Decision>();
    var states = new ArrayList<State>();
    Chooser chooser =
        situation -> {
          Decision decision = policy.decide(situation.state(), situation.random());
          states.add(situation.state());
          decisions.add(decision);
          return decision.choice().orElse(-1);
        };
    var logged = new ArrayList<LoggedDecision>();
    for (Ask ask : played(world, seed, new Contender(policy.name(), () -> chooser)).asks()) {
      if (ask.measured()) {
        Decision decision = decisions.get(ask.number());
        logged.add(
            new LoggedDecision(
                states.get(ask.number()), ask.choice(), decision.propensity(), ask.reward()));
      }
    }
    return List.copyOf(logged);
  }
}
