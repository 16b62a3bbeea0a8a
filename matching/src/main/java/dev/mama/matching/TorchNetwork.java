package dev.mama.matching;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The BERT architecture (Devlin et al., 2018) on DJL's PyTorch engine, with the weights of an ONNX
 * graph that PyTorch exported: they keep their names, and matrices are known by the node that
 * multiplies with them.
 */
final class TorchNetwork implements Network {

  private static final String ENGINE = "PyTorch";
  private static final int LARGEST_BATCH = 16;

  /** Added to the score of padding: after softmax it counts nothing. */
  private static final float NEVER = -1e9f;

  static {
    Djl.configure();
    Djl.setUnlessSet("ai.djl.pytorch.num_threads", "1"); // batches run side by side instead
    Djl.setUnlessSet("ai.djl.pytorch.num_interop_threads", "1");
  }

  private record Dense(NDArray weight, NDArray bias) {
    NDArray apply(NDArray input) {
      return Linear.linear(input, weight, bias).singletonOrThrow();
    }
  }

  private record Norm(NDArray weight, NDArray bias, float epsilon) {
    NDArray apply(NDArray input) {
      return LayerNorm.layerNorm(input, weight.getShape(), weight, bias, epsilon)
          .singletonOrThrow();
    }
  }

  private record Layer(
      Dense query,
      Dense key,
      Dense value,
      Dense mix,
      Norm mixNorm,
      Dense wide,
      Dense narrow,
      Norm norm) {}

  private final NDManager weights;
  private final NDArray words;
  private final NDArray positions;
  private final Norm norm;
  private final List<Layer> layers;
  private final int heads;
  private final float scale;

  private TorchNetwork(NDManager weights, OnnxFile onnx) throws IOException {
    this.weights = weights;
    words = matrix(onnx, "embeddings.word_embeddings.weight");
    // All tokens are of type 0: its vector is added once and for all.
    NDArray types = matrix(onnx, "embeddings.token_type_embeddings.weight");
    positions = matrix(onnx, "embeddings.position_embeddings.weight").add(types.get(0));
    norm = norm(onnx, "embeddings.LayerNorm");
    var all = new ArrayList<Layer>();
    while (onnx.shape("encoder.layer.%d.output.dense.bias".formatted(all.size())) != null) {
      String layer = "encoder.layer.%d.".formatted(all.size());
      all.add(
          new Layer(
              dense(onnx, layer + "attention.self.query"),
              dense(onnx, layer + "attention.self.key"),
              dense(onnx, layer + "attention.self.value"),
              dense(onnx, layer + "attention.output.dense"),
              norm(onnx, layer + "attention.output.LayerNorm"),
              dense(onnx, layer + "intermediate.dense"),
              dense(onnx, layer + "output.dense"),
              norm(onnx, layer + "output.LayerNorm")));
    }
    if (all.isEmpty()) {
      throw new IOException("it has no weights encoder.layer.0.…");
    }
    layers = List.copyOf(all);
    // Scores are divided by the square root of a head's width, which is all the graph says of it.
    scale = constant(onnx, "/encoder/layer.0/attention/self/Div");
    heads = Math.round(words.getShape().get(1) / (scale * scale));
  }

  /**
   * Loads the weights onto {@code device}.
   *
   * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code mps}
   */
  static TorchNetwork load(SentenceModel files, String device) {
    Engine engine = engine(files.name());
    NDManager manager = manager(engine, files.name(), device);
    try {
      return read(manager, files.graph());
    } catch (IOException | URISyntaxException | RuntimeException e) {
      manager.close();
      throw ModelException.unusable(
          files.name(), files.graph(), "a BERT graph with fp32 weights, exported by PyTorch", e);
    }
  }

  private static TorchNetwork read(NDManager manager, URL graph)
      throws IOException, URISyntaxException {
    if (graph.getProtocol().equals("file")) {
      return new TorchNetwork(manager, OnnxFile.open(Path.of(graph.toURI())));
    }
    Path copy = Files.createTempFile("mama-model", ".onnx");
    try {
      try (InputStream bytes = graph.openStream()) {
        Files.copy(bytes, copy, StandardCopyOption.REPLACE_EXISTING);
      }
      return new TorchNetwork(manager, OnnxFile.open(copy));
    } finally {
      Files.deleteIfExists(copy);
    }
  }

  private static Engine engine(String name) {
    try {
      if (Engine.hasEngine(ENGINE)) {
        return Engine.getEngine(ENGINE);
      }
      throw noEngine(name, null);
    } catch (LinkageError | EngineException e) {
      throw noEngine(name, e);
    }
  }

  private static ModelException noEngine(String name, @Nullable Throwable e) {
    return new ModelException(
        name,
        "has no engine: PyTorch did not start. Add ai.djl.pytorch:pytorch-engine, pytorch-jni and"
            + " pytorch-native-cpu with the classifier of this platform, and a writable"
            + " DJL_CACHE_DIR (or home) to unpack them",
        e);
  }

  private static NDManager manager(Engine engine, String name, String device) {
    Device wanted =
        switch (device.toLowerCase(Locale.ROOT)) {
          case "cpu" -> Device.cpu();
          case "cuda" -> Device.gpu();
          case "mps" -> Device.of("mps", -1);
          case "auto" -> engine.getGpuCount() > 0 ? Device.gpu() : Device.cpu();
          default ->
              throw new IllegalArgumentException(
                  "device '%s' of model '%s' must be auto, cpu, mps or cuda"
                      .formatted(device, name));
        };
    boolean isMac = System.getProperty("os.name", "").startsWith("Mac");
    if ((wanted.isGpu() && engine.getGpuCount() == 0) || (device.equals("mps") && !isMac)) {
      throw absent(name, device, null);
    }
    NDManager manager = engine.newBaseManager(wanted);
    try (NDManager trial = manager.newSubManager()) {
      trial.ones(new Shape(1)).toFloatArray();
      return manager;
    } catch (EngineException | LinkageError e) {
      manager.close();
      throw absent(name, device, e);
    }
  }

  private static ModelException absent(String name, String device, @Nullable Throwable e) {
    return new ModelException(
        name,
        "cannot run on '%s': PyTorch finds no such device here; use 'cpu' or 'auto'"
            .formatted(device),
        e);
  }

  private NDArray matrix(OnnxFile onnx, String name) throws IOException {
    List<Long> shape = onnx.shape(name);
    if (shape == null) {
      throw new IOException("it has no weight '%s'".formatted(name));
    }
    return weights.create(
        onnx.floats(name), new Shape(shape.stream().mapToLong(Long::longValue).toArray()));
  }

  /** The exporter keeps a dense layer's bias by name, and its matrix, turned, by number. */
  private Dense dense(OnnxFile onnx, String name) throws IOException {
    String node = "/" + name.replace('.', '/').replace("layer/", "layer.") + "/MatMul";
    String weight = onnx.weightOf(node);
    if (weight == null) {
      throw new IOException("its node '%s' multiplies with no weight".formatted(node));
    }
    NDArray turned = matrix(onnx, weight).transpose();
    return new Dense(turned, matrix(onnx, name + ".bias"));
  }

  private Norm norm(OnnxFile onnx, String name) throws IOException {
    String node = "/" + name.replace('.', '/').replace("layer/", "layer.") + "/Add";
    return new Norm(
        matrix(onnx, name + ".weight"), matrix(onnx, name + ".bias"), constant(onnx, node));
  }

  private static float constant(OnnxFile onnx, String node) throws IOException {
    String name = onnx.weightOf(node);
    if (name == null) {
      throw new IOException("its node '%s' has no constant".formatted(node));
    }
    return onnx.floats(name)[0];
  }

  @Override
  public String engine() {
    return "PyTorch %s, %s"
        .formatted(Engine.getEngine(ENGINE).getVersion(), weights.getDevice().getDeviceType());
  }

  @Override
  public int largestBatch() {
    return LARGEST_BATCH;
  }

  @Override
  public float[] run(long[] ids, long[] mask, int texts, int tokens) {
    try (NDManager memory = weights.newSubManager()) {
      var shape = new Shape(texts, tokens);
      var places = new long[tokens];
      var never = new float[mask.length];
      for (int i = 0; i < mask.length; i++) {
        places[i % tokens] = i % tokens;
        never[i] = mask[i] == 1 ? 0 : NEVER;
      }
      NDArray hidden = embed(memory.create(ids, shape), words);
      hidden =
          norm.apply(hidden.add(embed(memory.create(places, new Shape(1, tokens)), positions)));
      NDArray padding = memory.create(never, new Shape(texts, 1, 1, tokens));
      for (Layer layer : layers) {
        NDArray mixed = layer.mix().apply(attend(layer, hidden, padding, texts, tokens));
        hidden = layer.mixNorm().apply(mixed.add(hidden));
        NDArray wide = Activation.gelu(layer.wide().apply(hidden));
        hidden = layer.norm().apply(layer.narrow().apply(wide).add(hidden));
      }
      return hidden.toFloatArray();
    }
  }

  private static NDArray embed(NDArray indices, NDArray table) {
    return Embedding.embedding(indices, table, SparseFormat.DENSE).singletonOrThrow();
  }

  private NDArray attend(Layer layer, NDArray hidden, NDArray padding, int texts, int tokens) {
    NDArray query = split(layer.query().apply(hidden), texts, tokens);
    NDArray key = split(layer.key().apply(hidden), texts, tokens);
    NDArray value = split(layer.value().apply(hidden), texts, tokens);
    NDArray scores = query.matMul(key.transpose(0, 1, 3, 2)).div(scale).add(padding);
    return scores
        .softmax(-1)
        .matMul(value)
        .transpose(0, 2, 1, 3)
        .reshape(texts, tokens, hidden.getShape().get(2));
  }

  /** [texts, tokens, width] as [texts, heads, tokens, width of a head]. */
  private NDArray split(NDArray states, int texts, int tokens) {
    return states.reshape(texts, tokens, heads, -1).transpose(0, 2, 1, 3);
  }

  @Override
  public void close() {
    weights.close();
  }
}
