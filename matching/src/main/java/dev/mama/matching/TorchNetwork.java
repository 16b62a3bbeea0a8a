package dev.mama.matching;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A transformer in TorchScript on DJL's PyTorch engine: as it was saved, or written here from the
 * weights of an ONNX graph or a safetensors file.
 */
final class TorchNetwork implements Network {

  private static final String ENGINE = "PyTorch";
  private static final int LARGEST_BATCH = 16;
  private static final List<String> OUTPUTS = List.of("last_hidden_state", "token_embeddings");

  static {
    Djl.configure();
    Djl.setUnlessSet("ai.djl.pytorch.num_threads", "1"); // batches run side by side instead
    Djl.setUnlessSet("ai.djl.pytorch.num_interop_threads", "1");
    // It would compile anew for every shape.
    Djl.setUnlessSet("ai.djl.pytorch.graph_optimizer", "false");
  }

  private final String name;
  private final Model model;
  private final String engine;
  private boolean wantsTypes;

  private TorchNetwork(String name, Model model, String engine) {
    this.name = name;
    this.model = model;
    this.engine = engine;
  }

  /**
   * Loads the network onto {@code device}.
   *
   * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code mps}
   * @param precision null for the file's own
   */
  static TorchNetwork load(SentenceModel files, String device, @Nullable Precision precision) {
    String name = files.name();
    Engine engine = engine(name);
    Device where = device(engine, name, device);
    String path = files.graph().getPath();
    if (path.endsWith(".pt") && precision != null) {
      throw new ModelException(
          name,
          "has the precision it was saved with: %s is TorchScript; open it without asking for %s"
              .formatted(files.graph(), precision),
          null);
    }
    try (LocalFile file = LocalFile.of(files.graph())) {
      if (path.endsWith(".pt")) {
        return load(name, engine, where, file.path(), "");
      }
      BertWeights bert =
          path.endsWith(".safetensors")
              ? SafetensorsWeights.open(file.path())
              : new OnnxWeights(OnnxFile.open(file.path()));
      boolean isHalf = precision == Precision.BF16;
      try (LocalFile script = LocalFile.temporary(".pt")) {
        TorchScript.write(
            bert, files.maxTokens(), isHalf ? Precision.BF16 : Precision.FP32, script.path());
        return load(name, engine, where, script.path(), isHalf ? ", as bf16" : "");
      }
    } catch (IOException
        | URISyntaxException
        | MalformedModelException
        | EngineException
        | IllegalArgumentException e) {
      throw ModelException.unusable(name, files.graph(), expected(path), e);
    }
  }

  private static String expected(String path) {
    if (path.endsWith(".pt")) {
      return "a transformer in TorchScript";
    }
    return path.endsWith(".safetensors")
        ? "the weights of a BERT network in safetensors, and config.json beside them"
        : "a BERT graph with fp32 weights, exported by PyTorch";
  }

  private static TorchNetwork load(
      String name, Engine engine, Device device, Path script, String precision)
      throws IOException, MalformedModelException {
    Model model = engine.newModel(name, device);
    try {
      model.load(script, null, Map.of("mapLocation", "true"));
      String runs =
          "PyTorch %s, %s%s".formatted(engine.getVersion(), device.getDeviceType(), precision);
      var network = new TorchNetwork(name, model, runs);
      network.learnInputs();
      return network;
    } catch (IOException | MalformedModelException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** The first run also makes the engine ready, while nobody else uses it. */
  private void learnInputs() {
    try {
      run(new long[2], new long[] {1, 1}, 1, 2);
    } catch (EngineException e) {
      wantsTypes = true;
      try {
        run(new long[2], new long[] {1, 1}, 1, 2);
      } catch (EngineException withTypes) {
        e.addSuppressed(withTypes);
        throw e;
      }
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

  private static Device device(Engine engine, String name, String device) {
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
    boolean isMps = wanted.getDeviceType().equals("mps");
    if ((wanted.isGpu() && engine.getGpuCount() == 0) || (isMps && !isMac)) {
      throw absent(name, device, null);
    }
    try (NDManager trial = engine.newBaseManager(wanted)) {
      trial.ones(new Shape(1)).toFloatArray();
      return wanted;
    } catch (EngineException | LinkageError e) {
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

  @Override
  public String engine() {
    return engine;
  }

  @Override
  public int largestBatch() {
    return LARGEST_BATCH;
  }

  @Override
  public float[] run(long[] ids, long[] mask, int texts, int tokens) {
    var shape = new Shape(texts, tokens);
    try (NDManager memory = model.getNDManager().newSubManager()) {
      var inputs = new NDList(memory.create(ids, shape), memory.create(mask, shape));
      if (wantsTypes) {
        inputs.add(memory.create(new long[ids.length], shape));
      }
      NDList outputs = model.getBlock().forward(new ParameterStore(memory, false), inputs, false);
      for (NDArray states : outputs) {
        String output = states.getName();
        if (states.getShape().dimension() == 3 && (output == null || OUTPUTS.contains(output))) {
          return floats(states);
        }
      }
      throw new ModelException(
          name,
          "gave %s; expected an output [texts, tokens, dimension], the only one or one of %s"
              .formatted(outputs.getShapes().length == 0 ? "nothing" : outputs, OUTPUTS),
          null);
    }
  }

  private float[] floats(NDArray states) {
    if (states.getDataType() != DataType.FLOAT32) {
      throw new ModelException(
          name,
          "gave values of %s; save it so that what it gives is fp32"
              .formatted(states.getDataType()),
          null);
    }
    return states.toFloatArray();
  }

  @Override
  public void close() {
    model.close();
  }
}
