package dev.mama.marl;

import dev.mama.StateShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A policy as a file: its network's weights as safetensors, and its manifest in the same file, so
 * that neither is without the other.
 *
 * <p>The weights are called {@code 0.weight}, {@code 0.bias}, {@code 2.weight}, …, as of PyTorch's
 * {@code nn.Sequential} with ReLU between; a weight is float[outputs][inputs]. {@code state.mean}
 * is the mean state of its training, float[50].
 *
 * <p>Immutable.
 */
public final class PolicyFile {

  private static final String FORMAT = "mama-policy/1";
  private static final long LARGEST = 16L << 20;
  private static final int VERSION_DIGITS = 12;
  private static final String MEANS = "state.mean";

  private final PolicyManifest manifest;
  private final Mlp network;
  private final float[] means;
  private final String name;

  PolicyFile(PolicyManifest manifest, Mlp network, float[] means) {
    this.manifest = manifest;
    this.network = network;
    this.means = means.clone();
    this.name = "%s/%s".formatted(manifest.name(), hash(write()).substring(0, VERSION_DIGITS));
  }

  /** A policy that is its rule alone. */
  static PolicyFile ofRule(String name, Rule rule, ActionShape shape) {
    var manifest = new PolicyManifest(name, shape, rule, 0, "none", "none", 0, 0);
    int[] sizes = Mlp.policySizes(shape.outputs());
    var silent = new Mlp(sizes, new float[Mlp.count(sizes)]);
    return new PolicyFile(manifest, silent, new float[StateShape.SIZE]);
  }

  /** What it says of itself. */
  public PolicyManifest manifest() {
    return manifest;
  }

  /** Its name and, as its version, the first twelve digits of the SHA-256 of all it holds. */
  public String name() {
    return name;
  }

  Mlp network() {
    return network;
  }

  float[] means() {
    return means;
  }

  /**
   * Reads a policy.
   *
   * @throws PolicyException if the file cannot be read, is no policy file, is cut short or altered,
   *     or is of a shape that this version does not know
   */
  public static PolicyFile read(Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw refused(
            file.toString(), new IOException("it is larger than %,d bytes".formatted(LARGEST)));
      }
      return read(Files.readAllBytes(file), file.toString());
    } catch (IOException e) {
      throw new PolicyException(
          "policy file '%s' cannot be read (%s); check the path, or train one with ./mama train"
              .formatted(file, e.getClass().getSimpleName()),
          e);
    }
  }

  static PolicyFile read(byte[] bytes, String from) {
    try {
      Safetensors file = Safetensors.read(bytes);
      if (!FORMAT.equals(file.text("format"))) {
        throw new IOException(
            "its format is '%s', not '%s'".formatted(file.text("format"), FORMAT));
      }
      requireState(file);
      PolicyManifest manifest = manifest(file);
      Mlp network = network(file, Mlp.policySizes(manifest.shape().outputs()));
      float[] means = tensor(file, MEANS, StateShape.SIZE);
      if (file.tensors().size() != 2 * (network.sizes().length - 1) + 1) {
        throw new IOException("it holds other tensors too: %s".formatted(file.tensors().keySet()));
      }
      return new PolicyFile(manifest, network, means);
    } catch (IOException | IllegalArgumentException e) {
      throw refused(from, e);
    }
  }

  private static PolicyException refused(String from, Exception e) {
    return new PolicyException(
        "policy file '%s' cannot be used: %s; train one with ./mama train"
            .formatted(from, e.getMessage()),
        e);
  }

  private static void requireState(Safetensors file) throws IOException {
    int version = (int) number(file, "state-shape");
    if (version != StateShape.VERSION) {
      throw new IOException(
          "it is for states of shape %d; this version makes shape %d"
              .formatted(version, StateShape.VERSION));
    }
  }

  private static PolicyManifest manifest(Safetensors file) throws IOException {
    var rule =
        new Rule(
            number(file, "rule.similarity"),
            number(file, "rule.trust"),
            number(file, "rule.success"),
            number(file, "rule.response"),
            number(file, "rule.load"),
            number(file, "rule.temperature"),
            number(file, "rule.none"));
    return new PolicyManifest(
        text(file, "name"),
        ActionShape.of((int) number(file, "action-shape")),
        rule,
        Long.parseLong(text(file, "seed")),
        text(file, "environment"),
        text(file, "commit"),
        (long) number(file, "decisions"),
        number(file, "score"));
  }

  private static String text(Safetensors file, String key) throws IOException {
    String text = file.text(key);
    if (text == null) {
      throw new IOException("its manifest has no '%s'".formatted(key));
    }
    return text;
  }

  private static double number(Safetensors file, String key) throws IOException {
    String text = text(file, key);
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IOException("'%s' of its manifest is '%s', no number".formatted(key, text), e);
    }
  }

  private static Mlp network(Safetensors file, int[] sizes) throws IOException {
    float[] parameters = new float[Mlp.count(sizes)];
    int at = 0;
    for (int layer = 0; layer + 1 < sizes.length; layer++) {
      int inputs = sizes[layer];
      int outputs = sizes[layer + 1];
      float[] weight = tensor(file, weight(layer), outputs, inputs);
      for (int i = 0; i < inputs; i++) {
        for (int j = 0; j < outputs; j++) {
          parameters[at++] = weight[j * inputs + i];
        }
      }
      float[] bias = tensor(file, bias(layer), outputs);
      System.arraycopy(bias, 0, parameters, at, outputs);
      at += outputs;
    }
    return new Mlp(sizes, parameters);
  }

  private static float[] tensor(Safetensors file, String name, int... shape) throws IOException {
    Safetensors.Tensor tensor = file.tensors().get(name);
    if (tensor == null || !Arrays.equals(tensor.shape(), shape)) {
      throw new IOException(
          "tensor '%s' is %s; it must be there with shape %s"
              .formatted(
                  name,
                  tensor == null ? "missing" : Arrays.toString(tensor.shape()),
                  Arrays.toString(shape)));
    }
    return tensor.values();
  }

  /**
   * Writes it to {@code file}: whole, or not at all.
   *
   * @throws PolicyException if it cannot be written
   */
  public void write(Path file) {
    Whole.write(file, write());
  }

  byte[] write() {
    var tensors = new LinkedHashMap<String, Safetensors.Tensor>();
    int[] sizes = network.sizes();
    float[] parameters = network.parameters();
    int at = 0;
    for (int layer = 0; layer + 1 < sizes.length; layer++) {
      int inputs = sizes[layer];
      int outputs = sizes[layer + 1];
      float[] weight = new float[inputs * outputs];
      for (int i = 0; i < inputs; i++) {
        for (int j = 0; j < outputs; j++) {
          weight[j * inputs + i] = parameters[at++];
        }
      }
      tensors.put(weight(layer), new Safetensors.Tensor(new int[] {outputs, inputs}, weight));
      float[] bias = Arrays.copyOfRange(parameters, at, at += outputs);
      tensors.put(bias(layer), new Safetensors.Tensor(new int[] {outputs}, bias));
    }
    tensors.put(MEANS, new Safetensors.Tensor(new int[] {StateShape.SIZE}, means));
    return new Safetensors(texts(), tensors).write();
  }

  private Map<String, String> texts() {
    Rule rule = manifest.rule();
    return Map.ofEntries(
        Map.entry("format", FORMAT),
        Map.entry("name", manifest.name()),
        Map.entry("state-shape", Integer.toString(StateShape.VERSION)),
        Map.entry("action-shape", Integer.toString(manifest.shape().version())),
        Map.entry("rule.similarity", Double.toString(rule.similarity())),
        Map.entry("rule.trust", Double.toString(rule.trust())),
        Map.entry("rule.success", Double.toString(rule.success())),
        Map.entry("rule.response", Double.toString(rule.response())),
        Map.entry("rule.load", Double.toString(rule.load())),
        Map.entry("rule.temperature", Double.toString(rule.temperature())),
        Map.entry("rule.none", Double.toString(rule.none())),
        Map.entry("seed", Long.toString(manifest.seed())),
        Map.entry("environment", manifest.environment()),
        Map.entry("commit", manifest.commit()),
        Map.entry("decisions", Long.toString(manifest.decisions())),
        Map.entry("score", Double.toString(manifest.score())));
  }

  private static String weight(int layer) {
    return 2 * layer + ".weight";
  }

  private static String bias(int layer) {
    return 2 * layer + ".bias";
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Writes files whole. */
  static final class Whole {

    private Whole() {}

    static void write(Path file, byte[] bytes) {
      try {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path half = Files.createTempFile(folder, "policy", ".half");
        Files.write(half, bytes);
        Files.move(half, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw new PolicyException("file '%s' cannot be written".formatted(file), e);
      }
    }
  }
}
