package dev.mama.marl;

import dev.mama.StateShape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Decisions of one run, with what they are worth to learn from.
 *
 * <p>Confined to one thread at a time.
 */
final class Experience {

  private static final double TEAM_SECONDS = 2;
  private static final double QUEUE_WEIGHT = 2; // a second of queue for the asker, two for others

  private final List<float[]> states = new ArrayList<>();
  private final List<Integer> candidates = new ArrayList<>();
  private final List<Integer> actions = new ArrayList<>();
  private final List<Double> logOdds = new ArrayList<>();
  private final List<float[]> foreseen = new ArrayList<>();
  private double[] returns = {};

  /** Plays one run by rule and network, and keeps what was decided. */
  static Experience play(
      Trials trials,
      WorldSettings world,
      long seed,
      Rule rule,
      Mlp network,
      LearnerOptions options,
      Mlp critic) {
    var kept = new Experience();
    World played =
        trials.played(
            world,
            seed,
            new Contender("learner", () -> s -> kept.choose(s, rule, network, options.shape())));
    kept.returns = kept.returns(world, played.asks(), options, critic);
    return kept;
  }

  private int choose(Situation situation, Rule rule, Mlp network, ActionShape shape) {
    float[] state = situation.state().toArray();
    float[] logits = network.run(state);
    rule.addTo(state, logits);
    double[] odds = Softmax.of(logits, situation.state(), shape);
    int action = Softmax.draw(odds, situation.random());
    states.add(state);
    candidates.add(situation.state().candidates());
    actions.add(action);
    logOdds.add(Math.log(odds[action]));
    float[] worth = new float[shape.outputs()];
    for (int i = 0; i < situation.candidates().size(); i++) {
      worth[i] = (float) situation.truth(i, QUEUE_WEIGHT);
    }
    if (shape == ActionShape.CANDIDATES_OR_NONE) {
      worth[StateShape.CANDIDATES] = (float) situation.worthOfNone();
    }
    foreseen.add(worth);
    return Softmax.isNone(action) ? -1 : action;
  }

  private double[] returns(
      WorldSettings world, List<Ask> asks, LearnerOptions options, Mlp critic) {
    double[] rewards = rewards(world, asks, options.objective());
    if (options.discount() == 0) {
      return rewards;
    }
    double[] later = new double[world.requesters()];
    boolean[] hasLater = new boolean[world.requesters()];
    double[] returns = new double[rewards.length];
    for (int i = rewards.length - 1; i >= 0; i--) {
      int requester = asks.get(i).requester();
      // The run is cut off here and would go on: the critic says what is to come.
      double after = hasLater[requester] ? later[requester] : critic.run(states.get(i))[0];
      returns[i] = rewards[i] + options.discount() * after;
      later[requester] = returns[i];
      hasLater[requester] = true;
    }
    return returns;
  }

  private static double[] rewards(
      WorldSettings world, List<Ask> asks, LearnerOptions.Objective objective) {
    double[] own = asks.stream().mapToDouble(Ask::reward).toArray();
    return switch (objective) {
      case OWN, FORESEEN -> own;
      case PRICED -> {
        for (int i = 0; i < own.length; i++) {
          own[i] -= world.latencyCost() * asks.get(i).took();
        }
        yield own;
      }
      case DIFFERENCE -> {
        double[] caused = Rewards.delaysCaused(world, asks);
        for (int i = 0; i < own.length; i++) {
          own[i] -= caused[i];
        }
        yield own;
      }
      case TEAM -> team(asks, own);
    };
  }

  private static double[] team(List<Ask> asks, double[] own) {
    double[] team = new double[own.length];
    int end = 0;
    double sum = 0;
    for (int i = 0; i < own.length; i++) {
      while (end < own.length && asks.get(end).at() <= asks.get(i).at() + TEAM_SECONDS) {
        sum += own[end++];
      }
      team[i] = sum / (end - i);
      sum -= own[i];
    }
    return team;
  }

  int size() {
    return actions.size();
  }

  double returnOf(int i) {
    return returns[i];
  }

  float[] state(int i) {
    return states.get(i);
  }

  /**
   * Of the rule's logits and the worth of what may be chosen in decision {@code i}, both less their
   * means: the sum of their products, and that of the logits' squares.
   */
  double[] logitsAndWorth(int i, Rule rule) {
    float[] worth = foreseen.get(i);
    float[] logits = new float[worth.length];
    rule.addTo(states.get(i), logits);
    int present = candidates.get(i);
    int choices = present + worth.length - StateShape.CANDIDATES;
    double meanLogit = 0;
    double meanWorth = 0;
    for (int j = 0; j < worth.length; j = next(j, present)) {
      meanLogit += logits[j] / choices;
      meanWorth += worth[j] / choices;
    }
    double products = 0;
    double squares = 0;
    for (int j = 0; j < worth.length; j = next(j, present)) {
      products += (logits[j] - meanLogit) * (worth[j] - meanWorth);
      squares += (logits[j] - meanLogit) * (logits[j] - meanLogit);
    }
    return new double[] {products, squares};
  }

  /** What may be chosen after {@code action}: absent candidates are passed over. */
  private static int next(int action, int present) {
    return action + 1 == present ? StateShape.CANDIDATES : action + 1;
  }

  /**
   * Writes decision {@code i} into row {@code row} of {@code batch}, its candidates in another
   * order: whoever stands where must not matter, and so is not learned.
   */
  void into(Ppo.Batch batch, int row, int i, double advantage, Rule rule, SplittableRandom random) {
    float[] state = states.get(i).clone();
    float[] from = states.get(i);
    int present = candidates.get(i);
    int action = actions.get(i);
    int[] order = new int[present];
    for (int to = 0; to < present; to++) { // shuffled from the inside out (Durstenfeld)
      int place = random.nextInt(to + 1);
      order[to] = order[place];
      order[place] = to;
    }
    int moved = action;
    float[] worth = foreseen.get(i).clone();
    for (int to = 0; to < present; to++) {
      System.arraycopy(
          from,
          StateShape.candidate(order[to]),
          state,
          StateShape.candidate(to),
          StateShape.CANDIDATE_SIZE);
      moved = order[to] == action ? to : moved;
      worth[to] = foreseen.get(i)[order[to]];
    }
    batch.set(row, state, present, moved, logOdds.get(i), advantage, returns[i], rule);
    batch.setWorth(row, worth);
  }
}
