package dev.mama.bench;

import dev.mama.bench.StepsWorld.Lived;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How close do steps without a barrier come to the critical path of their turns, and how far from
 * it is a barrier?
 *
 * <p>Agents on a random graph hear eight others each, and ask a model in every step whose answer
 * takes a lognormal time. Each round runs the same turns under a barrier and under the dependency
 * rule, which must read the same; the critical path is computed from the times drawn.
 */
final class StepsBench implements Bench {

  /**
   * What is run.
   *
   * @param senders that each agent hears
   * @param median of the time that an answer takes; its logarithm has a standard deviation of 0.8
   * @param rounds after a small one that warms up
   */
  private record Sizes(int agents, int steps, int senders, Duration median, int rounds) {
    static Sizes of(Size size) {
      return size.of(
          new Sizes(1_000, 100, 8, Duration.ofMillis(20), 5),
          new Sizes(1_000, 100, 8, Duration.ofMillis(20), 1),
          new Sizes(30, 5, 3, Duration.ofMillis(1), 2));
    }
  }

  @Override
  public String name() {
    return "steps";
  }

  @Override
  public String question() {
    return "How close do steps without a barrier come to the critical path, beside a barrier?";
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    Sizes sizes = Sizes.of(options.size());
    long all = 2L * sizes.rounds() + 2;
    progress.at(0, all, "warming up");
    StepsWorld.draw(sizes.agents(), 20, sizes.senders(), Duration.ofMillis(2), options.seed())
        .live(StepsWorld.DEPENDENCY);
    var paths = new Samples();
    var ours = new Samples();
    var barriers = new Samples();
    for (int round = 0; round < sizes.rounds(); round++) {
      StepsWorld world =
          StepsWorld.draw(
              sizes.agents(),
              sizes.steps(),
              sizes.senders(),
              sizes.median(),
              options.seed() + round);
      progress.at(2L * round + 1, all, "barrier");
      Lived barrier = world.live(StepsWorld.BARRIER);
      progress.at(2L * round + 2, all, "dependency rule");
      Lived lived = world.live(StepsWorld.DEPENDENCY);
      if (barrier.read() != lived.read()) {
        throw new IllegalStateException(
            "steps: the agents did not read the same under a barrier and without one");
      }
      paths.add(world.criticalPath().toNanos());
      barriers.add(barrier.took().toNanos());
      ours.add(lived.took().toNanos());
    }
    progress.at(all - 1, all, "turns that take no time");
    Lived idle =
        StepsWorld.draw(
                sizes.agents(), sizes.steps(), sizes.senders(), Duration.ZERO, options.seed())
            .live(StepsWorld.DEPENDENCY);
    double turns = (double) sizes.agents() * sizes.steps();
    var figures = new ArrayList<Figure>();
    figures.add(ours.over(paths, "steps.over-critical-path").atMost(1.1));
    figures.add(barriers.over(paths, "steps.barrier.over-critical-path"));
    figures.add(ours.over(barriers, "steps.over-barrier"));
    figures.add(Figure.of("steps.critical-path", paths.quantile(0.5) / 1e6, "ms", sizes.rounds()));
    figures.add(Figure.of("steps.makespan", ours.quantile(0.5) / 1e6, "ms", sizes.rounds()));
    figures.add(Figure.of("steps.rate", turns / (idle.took().toNanos() / 1e9), "1/s", 1));
    progress.at(all, all, "done");
    return figures;
  }
}
