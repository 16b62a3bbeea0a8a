package dev.mama.marl;

import dev.mama.Decision;
import dev.mama.State;
import dev.mama.StateShape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * Draws a candidate by softmax of a tuned rule's score and a network's correction to it.
 *
 * <p>The network (50 → 256 → 128 → 64 → 5 or 6, ReLU) runs in Java on the calling thread, some
 * microseconds a decision, so it may be asked on a virtual thread; with the Vector API where the
 * JVM runs with {@code --add-modules jdk.incubator.vector}, to the same bits. One draw of {@link
 * RandomGenerator#nextDouble} per decision, none where there is nothing to choose; equal states and
 * equal draws give equal decisions, alone and in batches.
 *
 * <p>Immutable, so thread-safe.
 */
public final class LearnedPolicy implements Stochastic {

  private static final String SHIPPED = "default.safetensors";
  private static final String SHIPPED_OR_NONE = "default-or-none.safetensors";

  private final PolicyFile file;

  private LearnedPolicy(PolicyFile file) {
    this.file = file;
  }

  /** The policy that was trained for this version of MAMA and comes with it. */
  public static LearnedPolicy shipped() {
    return shipped(SHIPPED);
  }

  /**
   * The one that may also choose none: that its agent answers itself. What that is worth was the
   * same always in its training ({@link WorldSettings#noneReward}).
   */
  public static LearnedPolicy shippedOrNone() {
    return shipped(SHIPPED_OR_NONE);
  }

  private static LearnedPolicy shipped(String name) {
    try (InputStream bytes = LearnedPolicy.class.getResourceAsStream(name)) {
      if (bytes == null) {
        throw new PolicyException("policy file '%s' is not in the jar".formatted(name), null);
      }
      return of(PolicyFile.read(bytes.readAllBytes(), name));
    } catch (IOException e) {
      throw new PolicyException("policy file '%s' cannot be read".formatted(name), e);
    }
  }

  /**
   * The policy of {@code file}.
   *
   * @throws PolicyException if the file cannot be read, is no policy file, is cut short or altered,
   *     or is of a shape that this version does not know
   */
  public static LearnedPolicy read(Path file) {
    return of(PolicyFile.read(file));
  }

  /** The policy of what a file holds. */
  public static LearnedPolicy of(PolicyFile file) {
    return new LearnedPolicy(file);
  }

  /** A rule and the network that corrects it, while it is learned. */
  static LearnedPolicy of(Rule rule, Mlp network) {
    ActionShape shape =
        network.outputs() == ActionShape.CANDIDATES.outputs()
            ? ActionShape.CANDIDATES
            : ActionShape.CANDIDATES_OR_NONE;
    var manifest = new PolicyManifest("learning", shape, rule, 0, "none", "none", 0, 0);
    return of(new PolicyFile(manifest, network, new float[StateShape.SIZE]));
  }

  /** This policy, to be tried in a {@link World}. */
  public Contender contender(String name) {
    return new Contender(
        name,
        () ->
            situation -> {
              double[] odds = probabilities(situation.state());
              int action = Softmax.draw(odds, situation.random());
              return Softmax.isNone(action) ? -1 : action;
            });
  }

  /** What it was made of. */
  public PolicyFile file() {
    return file;
  }

  /** Its name, and the beginning of its weights' hash as the version. */
  @Override
  public String name() {
    return file.name();
  }

  @Override
  public Decision decide(State state, RandomGenerator random) {
    return state.candidates() == 0 ? nobody(name()) : decide(state, logits(state), random);
  }

  /**
   * A decision for each of {@code states}, in their order, drawn in that order: what {@link
   * #decide(State, RandomGenerator)} would decide of one after the other, in less time.
   */
  public List<Decision> decide(List<State> states, RandomGenerator random) {
    float[] rows = new float[states.size() * StateShape.SIZE];
    int at = 0;
    for (State state : states) {
      System.arraycopy(state.toArray(), 0, rows, at, StateShape.SIZE);
      at += StateShape.SIZE;
    }
    float[] outputs = file.network().run(rows, states.size());
    int width = file.network().outputs();
    var decisions = new ArrayList<Decision>(states.size());
    float[] values = new float[StateShape.SIZE];
    for (int i = 0; i < states.size(); i++) {
      State state = states.get(i);
      if (state.candidates() == 0) {
        decisions.add(nobody(name()));
      } else {
        float[] logits = Arrays.copyOfRange(outputs, i * width, (i + 1) * width);
        System.arraycopy(rows, i * StateShape.SIZE, values, 0, StateShape.SIZE);
        file.manifest().rule().addTo(values, logits);
        decisions.add(decide(state, logits, random));
      }
    }
    return decisions;
  }

  /** Decides by logits that were computed elsewhere; there must be a candidate. */
  Decision decide(State state, float[] logits, RandomGenerator random) {
    double[] odds = Softmax.of(logits, state, file.manifest().shape());
    int action = Softmax.draw(odds, random);
    var scores = new Double[state.candidates()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (double) logits[i];
    }
    OptionalInt choice = Softmax.isNone(action) ? OptionalInt.empty() : OptionalInt.of(action);
    return new Decision(choice, List.of(scores), odds[action], name());
  }

  @Override
  public double[] probabilities(State state) {
    if (state.candidates() == 0) {
      double[] none = new double[file.manifest().shape().outputs()];
      if (none.length > StateShape.CANDIDATES) {
        none[StateShape.CANDIDATES] = 1;
        return none;
      }
      return new double[0];
    }
    return Softmax.of(logits(state), state, file.manifest().shape());
  }

  /** What it would choose in {@code state}, and which values of the state lead it there. */
  public Explanation explain(State state) {
    return Explanation.of(this, state);
  }

  private float[] logits(State state) {
    return logits(state.toArray());
  }

  /** Rule and network together, for all outputs. */
  float[] logits(float[] state) {
    float[] logits = file.network().run(state);
    file.manifest().rule().addTo(state, logits);
    return logits;
  }

  static Decision nobody(String policy) {
    return new Decision(OptionalInt.empty(), List.of(), 1, policy);
  }
}
