package dev.mama.marl;

import dev.mama.State;
import dev.mama.StateShape;
import java.util.SplittableRandom;

/** Policies and states for tests. */
final class Policies {

  static final Rule RULE = new Rule(4, 2, 0.5, 0.5, 1, 0.1, 0.3);

  private Policies() {}

  /** Untrained: random weights in every layer. */
  static PolicyFile random(ActionShape shape, long seed) {
    var random = new SplittableRandom(seed);
    int[] sizes = Mlp.policySizes(shape.outputs());
    float[] parameters = new float[Mlp.count(sizes)];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) (0.1 * random.nextGaussian());
    }
    float[] means = new float[StateShape.SIZE];
    for (int i = 0; i < means.length; i++) {
      means[i] = random.nextFloat();
    }
    var manifest = new PolicyManifest("untrained", shape, RULE, seed, "none", "none", 0, -0.125);
    return new PolicyFile(manifest, new Mlp(sizes, parameters), means);
  }

  static State state(SplittableRandom random, int candidates) {
    float[] values = new float[StateShape.SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    for (int i = StateShape.candidate(candidates); i < StateShape.candidate(5); i++) {
      values[i] = 0;
    }
    return new State(values, candidates);
  }
}
