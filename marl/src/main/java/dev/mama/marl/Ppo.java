package dev.mama.marl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.mama.StateShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Gradients of a network that corrects a rule, from decisions that were made: by what each
 * candidate was worth, where a world tells; else by proximal policy optimisation (J. Schulman et
 * al., 2017) with a critic. DJL's PyTorch engine computes them, {@link Adam} here takes the steps,
 * so that all there is to keep is a few float[].
 *
 * <p>Confined to one platform thread.
 */
final class Ppo implements AutoCloseable {

  static final int[] CRITIC = {StateShape.SIZE, 64, 64, 1};

  private static final double CLIP = 0.2;
  private static final double CRITIC_WEIGHT = 0.5;
  private static final double FORECAST_WEIGHT = 2;

  /** What the logit of an absent candidate gets: after softmax it is 0. */
  private static final float NEVER = -1e9f;

  private final NDManager memory;
  private final int[] sizes;

  private Ppo(NDManager memory, int[] sizes) {
    this.memory = memory;
    this.sizes = sizes;
  }

  /**
   * Opens the engine.
   *
   * @throws PolicyException if PyTorch or the device is not there
   */
  static Ppo open(String device, int[] sizes) {
    return new Ppo(Torch.open(device), sizes);
  }

  /** Rows to learn from. */
  static final class Batch {

    final int rows;
    private final int width;
    private final float[] states;
    private final float[] base;
    private final float[] chosen;
    private final float[] logOdds;
    private final float[] advantages;
    private final float[] returns;
    private final float[] worth;

    Batch(int rows, ActionShape shape) {
      this.rows = rows;
      width = shape.outputs();
      states = new float[rows * StateShape.SIZE];
      base = new float[rows * width];
      chosen = new float[rows * width];
      logOdds = new float[rows];
      advantages = new float[rows];
      returns = new float[rows];
      worth = new float[rows * width];
    }

    void set(
        int row,
        float[] state,
        int present,
        int action,
        double logOdd,
        double advantage,
        double itsReturn,
        Rule rule) {
      System.arraycopy(state, 0, states, row * StateShape.SIZE, StateShape.SIZE);
      float[] logits = new float[width];
      rule.addTo(state, logits);
      Arrays.fill(logits, present, StateShape.CANDIDATES, NEVER);
      System.arraycopy(logits, 0, base, row * width, width);
      Arrays.fill(chosen, row * width, (row + 1) * width, 0);
      chosen[row * width + action] = 1;
      logOdds[row] = (float) logOdd;
      advantages[row] = (float) advantage;
      returns[row] = (float) itsReturn;
    }

    /** What each choice of a row is worth. */
    void setWorth(int row, float[] each) {
      System.arraycopy(each, 0, worth, row * width, width);
    }
  }

  /**
   * The gradient of what makes the network foresee what each candidate is worth, by its parameters:
   * minus the expected worth of what is chosen, of all candidates at once, so that it does not
   * depend on the draw; and the squared error of the logits as a forecast of worth. Without the
   * second, a rule that is nearly sure leaves hardly anything to learn from.
   *
   * @param worthOfLogit how much worth one unit of logit stands for
   */
  float[] foreseenGradient(float[] network, Batch batch, double worthOfLogit) {
    try (NDManager step = memory.newSubManager()) {
      List<NDArray> policy = Torch.layers(step, sizes, network);
      policy.forEach(it -> it.setRequiresGradient(true));
      var wide = new Shape(batch.rows, batch.width);
      NDArray states = step.create(batch.states, new Shape(batch.rows, StateShape.SIZE));
      NDArray base = step.create(batch.base, wide);
      NDArray worth = step.create(batch.worth, wide);
      NDArray present = base.gt(NEVER / 2).toType(DataType.FLOAT32, false);
      NDArray count = present.sum(new int[] {1}, true);
      try (GradientCollector collector = Torch.engine().newGradientCollector()) {
        NDArray logits = Torch.run(policy, states).add(base);
        NDArray chosen = logits.softmax(1).mul(worth).sum(new int[] {1}).mean();
        NDArray miss = logits.mul(worthOfLogit).sub(worth).mul(present);
        NDArray level = miss.sum(new int[] {1}, true).div(count);
        NDArray error = miss.sub(level).mul(present).square().sum(new int[] {1}).mean();
        collector.backward(error.mul(FORECAST_WEIGHT).sub(chosen));
      }
      return gradient(policy, network.length);
    }
  }

  /**
   * The gradient of the loss by the parameters of network and critic.
   *
   * @return that of the network, then that of the critic, each in the order of {@link Mlp}
   */
  float[][] gradients(float[] network, float[] critic, Batch batch) {
    try (NDManager step = memory.newSubManager()) {
      List<NDArray> policy = Torch.layers(step, sizes, network);
      List<NDArray> value = Torch.layers(step, CRITIC, critic);
      policy.forEach(it -> it.setRequiresGradient(true));
      value.forEach(it -> it.setRequiresGradient(true));
      var column = new Shape(batch.rows);
      var wide = new Shape(batch.rows, batch.width);
      NDArray states = step.create(batch.states, new Shape(batch.rows, StateShape.SIZE));
      NDArray base = step.create(batch.base, wide);
      NDArray chosen = step.create(batch.chosen, wide);
      NDArray before = step.create(batch.logOdds, column);
      NDArray advantages = step.create(batch.advantages, column);
      NDArray returns = step.create(batch.returns, column);
      try (GradientCollector collector = Torch.engine().newGradientCollector()) {
        NDArray logOdds =
            Torch.run(policy, states).add(base).logSoftmax(1).mul(chosen).sum(new int[] {1});
        NDArray ratio = logOdds.sub(before).exp();
        NDArray clipped = ratio.clip(1 - CLIP, 1 + CLIP).mul(advantages);
        NDArray gain = ratio.mul(advantages).minimum(clipped).mean();
        NDArray error = Torch.run(value, states).reshape(column).sub(returns).square().mean();
        collector.backward(error.mul(CRITIC_WEIGHT).sub(gain));
      }
      return new float[][] {gradient(policy, network.length), gradient(value, critic.length)};
    }
  }

  private static float[] gradient(List<NDArray> layers, int length) {
    float[] all = new float[length];
    int at = 0;
    for (NDArray layer : new ArrayList<>(layers)) {
      try (NDArray gradient = layer.getGradient()) {
        float[] part = gradient.toFloatArray();
        System.arraycopy(part, 0, all, at, part.length);
        at += part.length;
      }
    }
    return all;
  }

  @Override
  public void close() {
    memory.close();
  }
}
