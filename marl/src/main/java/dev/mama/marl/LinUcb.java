package dev.mama.marl;

import dev.mama.State;
import dev.mama.StateShape;
import dev.mama.StateShape.Offset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * LinUCB (L. Li, W. Chu, J. Langford, R. E. Schapire, 2010) with one set of parameters for all
 * candidates, who come and go, and with forgetting: A ← γA + xxᵀ + (1 − γ)I, b ← γb + rx. It takes
 * the highest xᵀθ + α √(xᵀA⁻¹x). All requesters of a run learn together. It goes on from what it
 * learned before, and each run from the same. Where none may be chosen, whose worth it is told, it
 * does so when no candidate may be worth more.
 *
 * <p>Confined to one thread, but for {@link #contender}, whose runs have copies.
 */
public final class LinUcb implements Chooser {

  private static final int SIZE = 8;

  private final double alpha;
  private final double gamma;
  private final ActionShape shape;
  private final double[][] a;
  private final double[] b;
  private double[][] inverse;
  private double[] theta;
  private final Map<Integer, double[]> asked = new HashMap<>();

  private LinUcb(double alpha, double gamma, ActionShape shape, double[][] a, double[] b) {
    this.alpha = alpha;
    this.gamma = gamma;
    this.shape = shape;
    this.a = a;
    this.b = b;
    inverse = invert(a);
    theta = times(inverse, b);
  }

  /** One that knows nothing. */
  static LinUcb fresh(double alpha, double gamma, ActionShape shape) {
    double[][] a = new double[SIZE][SIZE];
    for (int i = 0; i < SIZE; i++) {
      a[i][i] = 1;
    }
    return new LinUcb(alpha, gamma, shape, a, new double[SIZE]);
  }

  private LinUcb copy() {
    double[][] copy = new double[SIZE][];
    for (int i = 0; i < SIZE; i++) {
      copy[i] = a[i].clone();
    }
    return new LinUcb(alpha, gamma, shape, copy, b.clone());
  }

  /** Goes on from here in each run. */
  Contender contender() {
    return new Contender("linucb", this::copy);
  }

  /**
   * Tunes α and γ by grid, each after having learned on {@code training} runs, and takes the best
   * on as many others.
   */
  public static Contender tuned(
      Trials trials, List<WorldSettings> worlds, int training, ActionShape shape) {
    double best = Double.NEGATIVE_INFINITY;
    LinUcb tuned = fresh(0.1, 0.999, shape);
    for (double alpha : new double[] {0, 0.02, 0.05, 0.1, 0.2, 0.5}) {
      for (double gamma : new double[] {0.99, 0.999, 1}) {
        LinUcb candidate = fresh(alpha, gamma, shape);
        for (int i = 0; i < training; i++) {
          candidate.asked.clear();
          trials.run(
              worlds.get(i % worlds.size()),
              Trials.TUNING_SEEDS + i,
              new Contender("linucb", () -> candidate));
        }
        double reward =
            trials.mean(worlds, Trials.TUNING_SEEDS + training, training, candidate.contender());
        if (reward > best) {
          best = reward;
          tuned = candidate;
        }
      }
    }
    return tuned.contender();
  }

  @Override
  public int choose(Situation situation) {
    var features = new ArrayList<double[]>();
    for (int i = 0; i < situation.candidates().size(); i++) {
      features.add(features(situation.state(), i));
    }
    int choice = References.best(situation, i -> bound(features.get(i)));
    if (References.isWorseThanNone(situation, bound(features.get(choice)), shape)) {
      return -1;
    }
    asked.put(situation.number(), features.get(choice));
    return choice;
  }

  /** What it may be worth at most, as far as is known. */
  private double bound(double[] x) {
    return dot(x, theta) + alpha * Math.sqrt(Math.max(0, dot(x, times(inverse, x))));
  }

  @Override
  public void learn(Ask ask) {
    double[] x = asked.remove(ask.number());
    if (x == null) {
      return; // chosen by none of ours
    }
    for (int i = 0; i < SIZE; i++) {
      for (int j = 0; j < SIZE; j++) {
        a[i][j] = gamma * a[i][j] + x[i] * x[j] + (i == j ? 1 - gamma : 0);
      }
      b[i] = gamma * b[i] + ask.reward() * x[i];
    }
    inverse = invert(a);
    theta = times(inverse, b);
  }

  private static double[] features(State state, int candidate) {
    int at = StateShape.candidate(candidate);
    double trust = state.at(at + Offset.TRUST);
    double similarity = state.at(at + Offset.SIMILARITY);
    double load = state.at(at + Offset.LOAD);
    return new double[] {
      1,
      trust,
      similarity,
      state.at(at + Offset.SUCCESS_RATE),
      state.at(at + Offset.RESPONSE_TIME),
      load,
      trust * similarity,
      load * load
    };
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static double[] times(double[][] matrix, double[] x) {
    double[] product = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      product[i] = dot(matrix[i], x);
    }
    return product;
  }

  /** The inverse of a positive definite matrix, by Gauss and Jordan. */
  static double[][] invert(double[][] matrix) {
    int n = matrix.length;
    double[][] left = new double[n][];
    double[][] right = new double[n][n];
    for (int i = 0; i < n; i++) {
      left[i] = matrix[i].clone();
      right[i][i] = 1;
    }
    for (int pivot = 0; pivot < n; pivot++) {
      double scale = 1 / left[pivot][pivot];
      for (int j = 0; j < n; j++) {
        left[pivot][j] *= scale;
        right[pivot][j] *= scale;
      }
      for (int i = 0; i < n; i++) {
        double factor = left[i][pivot];
        if (i != pivot && factor != 0) {
          for (int j = 0; j < n; j++) {
            left[i][j] -= factor * left[pivot][j];
            right[i][j] -= factor * right[pivot][j];
          }
        }
      }
    }
    return right;
  }
}
