package dev.mama.marl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mama.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The learner in worlds that are over soon. */
class LearnerTest {

  static final List<WorldSettings> WORLDS = List.of(small("stationary"), small("drifting"));

  /** Every candidate is about as likely, so that no ratio is clipped. */
  private static final Rule FLAT = new Rule(1, 1, 1, 1, 1, 20);

  @TempDir private Path folder;

  private static WorldSettings small(String name) {
    WorldSettings it = WorldSettings.named(name);
    return new WorldSettings(
        name,
        12,
        12,
        2,
        3,
        0.5,
        0.25,
        40,
        160,
        1,
        8,
        0.05,
        0.55,
        0.95,
        0.25,
        0.15,
        0.1,
        0.1,
        0.5,
        0.38,
        0.06,
        it.changesPerSecond(),
        200,
        0.05,
        0.3,
        0.2);
  }

  static LearnerOptions options(int rounds) {
    return new LearnerOptions(
        7,
        "cpu",
        ActionShape.CANDIDATES,
        LearnerOptions.Objective.FORESEEN,
        0,
        false,
        new LearnerOptions.Effort(24, rounds, 2, 2, 64, 1e-3, 2));
  }

  private PolicyFile learn(String name, LearnerOptions options) throws InterruptedException {
    return new Learner(
            options, WorldTest.TRIALS, WORLDS, folder.resolve(name), (round, rounds, step) -> {})
        .learn("small", "none");
  }

  @Test
  void learn_sameSeed_isTheSameBits() throws Exception {
    PolicyFile one = learn("one", options(4));
    PolicyFile other = learn("other", options(4));
    assertThat(other.network().parameters()).isEqualTo(one.network().parameters());
    assertThat(other.name()).isEqualTo(one.name());
    assertThat(checkpoint("one", options(4)).network().steps()).isGreaterThan(20);
  }

  /** Killed after a round: the checkpoint is all that is left. */
  @Test
  void learn_afterAKill_goesOnToTheSameBits() throws Exception {
    PolicyFile whole = learn("whole", options(4));
    var killed =
        new Learner(
            options(4),
            WorldTest.TRIALS,
            WORLDS,
            folder.resolve("killed"),
            (round, rounds, step) -> {
              if (round == 2) {
                throw new IllegalStateException("killed");
              }
            });
    assertThatThrownBy(() -> killed.learn("small", "none")).hasMessage("killed");
    assertThat(checkpoint("killed", options(4)).round()).isEqualTo(2);
    PolicyFile resumed = learn("killed", options(4));
    assertThat(resumed.name()).isEqualTo(whole.name());
    assertThat(folder.resolve("killed/curve.csv"))
        .hasSameTextualContentAs(folder.resolve("whole/curve.csv"));
  }

  private Checkpoint checkpoint(String name, LearnerOptions options) {
    return Checkpoint.read(
            folder.resolve(name).resolve("checkpoint.safetensors"),
            Learner.key(options, WORLDS, null))
        .orElseThrow();
  }

  @Test
  void learn_checkpointOfOtherOptions_isRefused() throws Exception {
    learn("one", options(1));
    assertThatThrownBy(() -> learn("one", options(2)))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("it is of other options")
        .hasMessageContaining("choose another folder");
  }

  @Test
  void noWorld_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new Learner(
                options(1), WorldTest.TRIALS, List.of(), folder, (round, rounds, step) -> {}))
        .withMessageContaining("at least one world");
  }

  @Test
  void learn_brokenCheckpoint_isRefused() throws Exception {
    Files.createDirectories(folder.resolve("broken"));
    Files.writeString(folder.resolve("broken/checkpoint.safetensors"), "half a checkpoint, say");
    assertThatThrownBy(() -> learn("broken", options(1)))
        .isInstanceOf(PolicyException.class)
        .hasMessageContaining("checkpoint.safetensors");
  }

  /** The gradient of the engine is that of the loss, by differences. */
  @Test
  void gradients_areSlopes() {
    var random = new SplittableRandom(3);
    int[] sizes = Mlp.policySizes(5);
    float[] network = Mlp.silent(sizes, 4).parameters();
    float[] critic = Mlp.silent(Ppo.CRITIC, 5).parameters();
    var batch = new Ppo.Batch(16, ActionShape.CANDIDATES);
    var states = new float[16][];
    for (int row = 0; row < 16; row++) {
      states[row] = Policies.state(random, 5).toArray();
      batch.set(row, states[row], 5, row % 5, Math.log(0.2), 1 - row % 3, 0.5, FLAT);
    }
    try (Ppo ppo = Ppo.open("cpu", sizes)) {
      float[] gradient = ppo.gradients(network, critic, batch)[0];
      int last = network.length - 5; // the first candidate's bias in the last layer
      float[] up = network.clone();
      up[last] += 0.01f;
      float[] down = network.clone();
      down[last] -= 0.01f;
      double slope = (loss(up, states) - loss(down, states)) / 0.02;
      assertThat((double) gradient[last]).isCloseTo(slope, within(1e-3));
      assertThat(Math.abs(slope)).isGreaterThan(1e-2);
    }
  }

  @Test
  void foreseenGradient_leadsToWhatIsWorthMore() {
    int[] sizes = Mlp.policySizes(5);
    float[] network = Mlp.silent(sizes, 4).parameters();
    var random = new SplittableRandom(3);
    var batch = new Ppo.Batch(16, ActionShape.CANDIDATES);
    for (int row = 0; row < 16; row++) {
      float[] state = Policies.state(random, 3).toArray();
      batch.set(row, state, 3, 0, Math.log(0.3), 0, 0, FLAT);
      batch.setWorth(row, new float[] {0.1f, 0.9f, 0.2f, 5, 5}); // the last two are not there
    }
    try (Ppo ppo = Ppo.open("cpu", sizes)) {
      float[] gradient = ppo.foreseenGradient(network, batch, 0.05);
      float[] biases = Arrays.copyOfRange(gradient, gradient.length - 5, gradient.length);
      assertThat(biases[1]).isNegative();
      assertThat(biases[0]).isPositive();
      assertThat(biases[2]).isPositive();
      assertThat(biases[3]).isZero();
      assertThat(biases[4]).isZero();
    }
  }

  /** The third may be chosen, but is worth nothing; none is worth most. */
  @Test
  void foreseenGradient_whereNoneMayBeChosen_leadsToIt() {
    int[] sizes = Mlp.policySizes(6);
    float[] network = Mlp.silent(sizes, 4).parameters();
    var random = new SplittableRandom(3);
    var batch = new Ppo.Batch(16, ActionShape.CANDIDATES_OR_NONE);
    for (int row = 0; row < 16; row++) {
      float[] state = Policies.state(random, 3).toArray();
      batch.set(row, state, 3, 5, Math.log(0.3), 0, 0, FLAT);
      batch.setWorth(row, new float[] {0.3f, 0.3f, 0, 5, 5, 0.9f});
    }
    try (Ppo ppo = Ppo.open("cpu", sizes)) {
      float[] gradient = ppo.foreseenGradient(network, batch, 0.05);
      float[] biases = Arrays.copyOfRange(gradient, gradient.length - 6, gradient.length);
      assertThat(biases[5]).isNegative();
      assertThat(biases[2]).isPositive();
      assertThat(biases[3]).isZero();
      assertThat(biases[4]).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void learn_ofBothShapes_inDrawnWorldsToo_isAFileOfThatShape(ActionShape shape) throws Exception {
    PolicyFile learned = learn(shape.name(), options(1).shape(shape).drawn(true));
    assertThat(learned.manifest().shape()).isEqualTo(shape);
    assertThat(learned.manifest().environment()).isEqualTo("stationary drifting and drawn ones");
    assertThat(learned.network().outputs()).isEqualTo(shape.outputs());
    assertThat(learned.manifest().rule().none() != 0).isEqualTo(shape.outputs() == 6);
  }

  /** Of a rule that may choose none: it does, where it thinks nothing of the candidates. */
  @Test
  void rule_thatThinksMuchOfNone_choosesIt() {
    Rule alone = new Rule(1, 1, 1, 1, 1, 0.1, 100);
    Contender contender = References.rule("alone", alone, ActionShape.CANDIDATES_OR_NONE);
    WorldSettings world = WORLDS.getFirst();
    assertThat(WorldTest.TRIALS.run(world, 1, contender).reward())
        .isCloseTo(world.noneReward(), within(1e-12));
    Contender better = References.informed(2, ActionShape.CANDIDATES_OR_NONE);
    assertThat(WorldTest.TRIALS.run(world, 1, better).reward()).isGreaterThan(world.noneReward());
  }

  @Test
  void learnLast_isTheAverageOfTheLastRound_fromTheGivenRule() throws Exception {
    PolicyFile last =
        new Learner(
                options(2),
                WorldTest.TRIALS,
                WORLDS,
                folder.resolve("last"),
                (round, rounds, step) -> {})
            .startingAt(FLAT)
            .learnLast("small", "none");
    Checkpoint end =
        Checkpoint.read(
                folder.resolve("last/checkpoint.safetensors"),
                Learner.key(options(2), WORLDS, FLAT))
            .orElseThrow();
    assertThat(last.manifest().rule()).isEqualTo(FLAT);
    assertThat(last.network().parameters()).isEqualTo(end.average());
    assertThat(end.average()).isNotEqualTo(end.network().parameters);
  }

  @ParameterizedTest
  @EnumSource
  void learn_byAnyObjective_learns(LearnerOptions.Objective objective) throws Exception {
    double discount = objective == LearnerOptions.Objective.TEAM ? 0.9 : 0;
    LearnerOptions options = options(1).objective(objective, discount);
    String name = objective.name();
    learn(name, options);
    Adam network = checkpoint(name, options).network();
    float[] start = Mlp.silent(Mlp.policySizes(5), options.seed()).parameters();
    assertThat(network.steps()).isPositive();
    assertThat(network.parameters).isNotEqualTo(start);
    for (float parameter : network.parameters) {
      assertThat(parameter).isFinite();
    }
  }

  /** The same loss in plain Java: minus the clipped gain. */
  private static double loss(float[] parameters, float[][] states) {
    var policy = LearnedPolicy.of(FLAT, new Mlp(Mlp.policySizes(5), parameters));
    double gain = 0;
    for (int row = 0; row < states.length; row++) {
      double odds = policy.probabilities(new State(states[row], 5))[row % 5];
      double ratio = odds / 0.2;
      double advantage = 1 - row % 3;
      gain += Math.min(ratio * advantage, Math.clamp(ratio, 0.8, 1.2) * advantage) / states.length;
    }
    return -gain;
  }
}
