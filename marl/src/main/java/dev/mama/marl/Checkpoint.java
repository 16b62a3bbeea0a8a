package dev.mama.marl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Where a learner stands after a round: all it needs to go on as if it had never stopped. */
final class Checkpoint {

  private final String options;
  private final int round;
  private final Rule rule;
  private final Adam network;
  private final Adam critic;
  private final float[] average;
  private final float[] best;
  private final double bestReward;
  private final float[] means;
  private final String curve;

  /**
   * @param options what it learns with, as text; it goes on with the same only
   * @param round the last finished round
   * @param rule what it started from
   * @param network the network's parameters and what Adam keeps of them
   * @param critic the same of the critic
   * @param average the network's parameters, averaged over rounds
   * @param best the best average so far on the validation runs
   * @param bestReward what that came to
   * @param means the mean state
   * @param curve a line for each validation
   */
  Checkpoint(
      String options,
      int round,
      Rule rule,
      Adam network,
      Adam critic,
      float[] average,
      float[] best,
      double bestReward,
      float[] means,
      String curve) {
    this.options = options;
    this.round = round;
    this.rule = rule;
    this.network = network;
    this.critic = critic;
    this.average = average;
    this.best = best;
    this.bestReward = bestReward;
    this.means = means;
    this.curve = curve;
  }

  String options() {
    return options;
  }

  int round() {
    return round;
  }

  Rule rule() {
    return rule;
  }

  Adam network() {
    return network;
  }

  Adam critic() {
    return critic;
  }

  float[] average() {
    return average;
  }

  float[] best() {
    return best;
  }

  double bestReward() {
    return bestReward;
  }

  float[] means() {
    return means;
  }

  String curve() {
    return curve;
  }

  void write(Path file) {
    var tensors = new LinkedHashMap<String, Safetensors.Tensor>();
    put(tensors, "network", network);
    put(tensors, "critic", critic);
    put(tensors, "average", average);
    put(tensors, "best", best);
    put(tensors, "means", means);
    var texts = new LinkedHashMap<String, String>();
    texts.put("options", options);
    texts.put("round", Integer.toString(round));
    texts.put("network.steps", Integer.toString(network.steps()));
    texts.put("critic.steps", Integer.toString(critic.steps()));
    texts.put("best-reward", Double.toString(bestReward));
    texts.put("curve", curve);
    texts.put(
        "rule",
        "%s %s %s %s %s %s %s"
            .formatted(
                rule.similarity(),
                rule.trust(),
                rule.success(),
                rule.response(),
                rule.load(),
                rule.temperature(),
                rule.none()));
    PolicyFile.Whole.write(file, new Safetensors(texts, tensors).write());
  }

  private static void put(Map<String, Safetensors.Tensor> tensors, String name, Adam adam) {
    put(tensors, name, adam.parameters);
    put(tensors, name + ".first", adam.first);
    put(tensors, name + ".second", adam.second);
  }

  private static void put(Map<String, Safetensors.Tensor> tensors, String name, float[] values) {
    tensors.put(name, new Safetensors.Tensor(new int[] {values.length}, values));
  }

  /**
   * The checkpoint of {@code file}, empty if there is none.
   *
   * @throws PolicyException if it cannot be read, or is of other options
   */
  static Optional<Checkpoint> read(Path file, String options) {
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    try {
      Safetensors from = Safetensors.read(Files.readAllBytes(file));
      if (!options.equals(from.text("options"))) {
        throw new IOException(
            "it is of other options (%s); choose another folder or delete it"
                .formatted(from.text("options")));
      }
      double[] rule = numbers(text(from, "rule"));
      return Optional.of(
          new Checkpoint(
              options,
              Integer.parseInt(text(from, "round")),
              new Rule(rule[0], rule[1], rule[2], rule[3], rule[4], rule[5], rule[6]),
              adam(from, "network"),
              adam(from, "critic"),
              values(from, "average"),
              values(from, "best"),
              Double.parseDouble(text(from, "best-reward")),
              values(from, "means"),
              text(from, "curve")));
    } catch (IOException | RuntimeException e) {
      throw new PolicyException(
          "checkpoint '%s' cannot be used: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static double[] numbers(String text) {
    String[] words = text.split(" ", -1);
    double[] numbers = new double[words.length];
    for (int i = 0; i < words.length; i++) {
      numbers[i] = Double.parseDouble(words[i]);
    }
    return numbers;
  }

  private static Adam adam(Safetensors from, String name) throws IOException {
    return new Adam(
        values(from, name),
        values(from, name + ".first"),
        values(from, name + ".second"),
        Integer.parseInt(text(from, name + ".steps")));
  }

  private static float[] values(Safetensors from, String name) throws IOException {
    Safetensors.Tensor tensor = from.tensors().get(name);
    if (tensor == null) {
      throw new IOException("it has no '%s'".formatted(name));
    }
    return tensor.values();
  }

  private static String text(Safetensors from, String key) throws IOException {
    String text = from.text(key);
    if (text == null) {
      throw new IOException("it has no '%s'".formatted(key));
    }
    return text;
  }
}
