package dev.mama.marl;

import dev.mama.State;
import dev.mama.StateShape;
import java.util.random.RandomGenerator;

/** Probabilities of logits, of those that are allowed. */
final class Softmax {

  private Softmax() {}

  /** Probabilities of the actions of {@code shape} that {@code state} allows; 0 of the others. */
  static double[] of(float[] logits, State state, ActionShape shape) {
    double[] odds = new double[logits.length];
    double best = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < logits.length; i++) {
      if (shape.allows(state, i)) {
        best = Math.max(best, logits[i]);
      }
    }
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      odds[i] = shape.allows(state, i) ? Math.exp(logits[i] - best) : 0;
      sum += odds[i];
    }
    for (int i = 0; i < odds.length; i++) {
      odds[i] /= sum;
    }
    return odds;
  }

  /** Draws an index by {@code probabilities}, with one {@code nextDouble}; never one of 0. */
  static int draw(double[] probabilities, RandomGenerator random) {
    double left = random.nextDouble();
    int last = 0;
    for (int i = 0; i < probabilities.length; i++) {
      if (probabilities[i] > 0) {
        if (left < probabilities[i]) {
          return i;
        }
        left -= probabilities[i];
        last = i;
      }
    }
    return last; // rounding left a crumb
  }

  /** Whether {@code action} stands for none. */
  static boolean isNone(int action) {
    return action == StateShape.CANDIDATES;
  }
}
